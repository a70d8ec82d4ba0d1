"""Settings, addresses and entry points: the outermost ring, which may know everybody and is known by nobody."""
