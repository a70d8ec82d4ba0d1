"""The launcher behind ./sinergi: from a bare Debian with python3 and pip to a running platform. Standard library only.

speech     what the person at the terminal reads: steps with their time, and the one way to stop with a reason
checkout   the folders of one checkout, its lock and its private secrets
packages   uv, the virtual environment, and what the distribution must supply
postgres   the private PostgreSQL clusters
roles      the two login roles; runs inside the virtual environment, and so does
stages     several Django commands in one process
surroundings  the environment variables handed to Django
serving    web server and worker: started, found again, stopped
demo       demo, serve, stop, status, reset
checks     ./sinergi test
commands   the command line
"""
