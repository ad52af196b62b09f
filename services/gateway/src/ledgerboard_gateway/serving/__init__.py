"""What stands between the server and the WSGI application: connections, bodies and places. It knows no Flask."""
