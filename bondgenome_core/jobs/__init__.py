"""Long work as folders: a request, a worker process, a result; any process may watch, cancel or resume it."""
