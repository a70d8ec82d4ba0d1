"""Stories end to end in the browser: the same visitors, sizes and demands as the tests of single pages."""
from tests.web.conftest import (  # noqa: F401
    browser,
    make_user,
    page,
    pytest_collection_modifyitems,
    pytest_configure,
    sign_in,
)
