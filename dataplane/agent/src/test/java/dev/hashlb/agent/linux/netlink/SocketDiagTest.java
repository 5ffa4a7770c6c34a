package dev.hashlb.agent.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Protocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SocketDiagTest {
    /** For experiments (RFC 3692): no kernel has a module for it. */
    private static final int NO_PROTOCOL = 254;

    @ParameterizedTest
    @EnumSource(Family.class)
    void saysOfWhichProtocolsTheKernelTells(Family family) throws LinuxException {
        try (SocketDiag sockets = SocketDiag.open()) {
            assertThat(sockets.tellsOf(Protocol.TCP.number(), family)).isZero();
            assertThat(sockets.tellsOf(Protocol.UDP.number(), family)).isZero();
            assertThat(sockets.tellsOf(NO_PROTOCOL, family)).isEqualTo(-Errno.ENOENT);
            assertThat(sockets.state(NO_PROTOCOL, family, 0, 1, 1, 0, 1, 1))
                    .as("a look-up alone does not tell")
                    .isEqualTo(SocketDiag.NO_SOCKET);
        }
    }
}
