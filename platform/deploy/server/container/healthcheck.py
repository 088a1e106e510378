"""Exit code 0 when the web server of this container answers /healthz."""

import http.client
import os
import sys

try:
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=2)
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
