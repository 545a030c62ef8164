"""LocalStack's own web server: which interface it listens on, and its threads."""

from localstack.runtime.hooks import on_infra_start
from localstack.runtime.server import twisted as server
from twisted.internet import reactor

# Threads kept ready. Starting one in the middle of a burst stalls the loop that hands out requests.
READY = 64


@on_infra_start(name="rialto_server", priority=100)
def install():
    reactor.getThreadPool().adjustPoolsize(READY, server.config.GATEWAY_WORKER_COUNT)
    _listen_where_asked()


def _listen_where_asked():
    """LocalStack listens on every interface, whatever GATEWAY_LISTEN says."""
    listen = server.endpoints.TCP4ServerEndpoint
    addresses = {address.port: address.host for address in server.config.GATEWAY_LISTEN}

    def endpoint(reactor, port, **options):
        options.setdefault("interface", addresses.get(port, "127.0.0.1"))
        options.setdefault("backlog", 1024)
        return listen(reactor, port, **options)

    server.endpoints.TCP4ServerEndpoint = endpoint
