"""A relay in front of a server. It can swallow all bytes, as a network does that drops packets."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from bot.tasks import Tasks


class Relay:
    """Connections pass through; what is `silent` passes nothing on, and closes nothing."""

    def __init__(self, host, port, tasks):
        self.silent = False
        """Whether connections that are opened from now on are dead, too."""
        self._target = (host, port)
        self._tasks = tasks
        self.noticed_after = None
        """Seconds until the server ends a dead connection, as keepalives do; None: never."""
        self._live = {}

    def silence(self, *, new=True):
        """No byte passes any more; with `new` also on connections that are opened later."""
        for connection in [*self._live]:
            self._silence(connection)
        self.silent = new

    def silence_one(self, number):
        """The same for one of the connections that are open, counted from the oldest."""
        still_open = [each for each in self._live if not each.is_closing()]
        self._silence(still_open[number % len(still_open)])

    def _silence(self, connection):
        back = self._live.pop(connection)
        if self.noticed_after is not None:
            self._tasks.start(self._end(back), name="end")

    async def _end(self, back):
        await asyncio.sleep(self.noticed_after)
        back.close()

    def recover(self):
        """Connections that are opened from now on pass; those that were silent stay so."""
        self.silent = False

    async def serve(self, reader, writer):
        there, back = await asyncio.open_connection(*self._target)
        self._live[writer] = back
        if self.silent:
            self._silence(writer)
        self._tasks.start(self._pass_on(writer, reader, back), name="there")
        self._tasks.start(self._pass_on(writer, there, writer), name="back")

    async def _pass_on(self, here, source, sink):
        try:
            while (some := await source.read(65536)) or here not in self._live:
                if not some:
                    await asyncio.sleep(3600)
                elif here in self._live:
                    sink.write(some)
                    await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()


@asynccontextmanager
async def relayed(url):
    """The relay, and the URL that leads through it."""
    parts = urlsplit(url)
    async with Tasks("relay") as tasks:
        relay = Relay(parts.hostname, parts.port or 5432, tasks)
        async with await asyncio.start_server(relay.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            who = f"{parts.username}@" if parts.username else ""
            yield relay, urlunsplit(parts._replace(netloc=f"{who}127.0.0.1:{port}"))
            server.close()
            await tasks.cancel()
