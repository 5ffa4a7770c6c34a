package dev.hashlb.e2e.traffic;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Has the connections of one event loop send one after the other, each about twice a second. */
final class SendingTurns {
    /** Whose turn it is to send is looked at so often: a timer for each connection would cost as much as its messages. */
    private static final long TURN_MS = 10;

    /** How many turns there are until each connection has sent: odd, so that those of one turn do not all have a long message at once. */
    private static final int TURNS = 49;

    private final EventLoop loop;
    /** One after the other each at the next turn; the event loop's thread alone. */
    private final List<LastingConnection> senders = new ArrayList<>();

    private int turn;

    SendingTurns(EventLoop loop) {
        this.loop = loop;
        var _ = loop.scheduleAtFixedRate(this::next, TURN_MS, TURN_MS, TimeUnit.MILLISECONDS);
    }

    private void next() {
        for (int i = turn; i < senders.size(); i += TURNS) {
            senders.get(i).send();
        }
        turn = (turn + 1) % TURNS;
    }

    /** From now on this one sends too. */
    void add(LastingConnection connection) {
        loop.execute(() -> senders.add(connection));
    }

    /** The loop that the connection has to be on. */
    EventLoop loop() {
        return loop;
    }
}
