package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real connection that is refused while it is made. */
@Timeout(60)
class ErrorQueueIT {
    private static final int NO_DESCRIPTOR = -1;
    private static final int SOCK_STREAM = 1;
    private static final int EINPROGRESS = 115;

    private final CallState state = new CallState();
    private RefusingNamespace refusing;

    @BeforeEach
    void make() throws Exception {
        refusing = new RefusingNamespace();
    }

    @AfterEach
    void remove() throws Exception {
        refusing.close();
    }

    @Test
    void whatIcmpToldIsTakenAndPollReportsItNoMore() throws Exception {
        int fd = refusing.namespace()
                .call(() -> SocketCalls.socket(state, SocketCalls.AF_INET, SOCK_STREAM | SocketCalls.SOCK_NONBLOCK, 0));
        try (Arena arena = Arena.ofConfined()) {
            int result = SocketCalls.connect(
                    state, fd, SockAddr.of(arena, IpAddress.parse(RefusingNamespace.ADDRESS), 9443));
            assertThat(result).isEqualTo(-EINPROGRESS);
            assertThat(SocketErrors.reported(fd)).isTrue();

            assertThat(ErrorQueue.drain(fd)).isEqualTo(1);

            assertThat(SocketErrors.reported(fd)).isFalse();
            assertThat(ErrorQueue.drain(fd)).isZero();
        } finally {
            Libc.close(state, fd);
        }
    }

    @Test
    void whatIsNoSocketIsAnError() {
        assertThatThrownBy(() -> ErrorQueue.drain(NO_DESCRIPTOR)).isInstanceOf(LinuxException.class);
    }
}
