"""./sinergi bench lists: what a partner's list of thousands takes to receive, check and register, beside a bare COPY of the same rows."""
