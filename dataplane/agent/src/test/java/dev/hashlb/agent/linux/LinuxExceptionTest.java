package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinuxExceptionTest {

    @Test
    void saysCallThingReasonAndSymbol() {
        LinuxException exception = new LinuxException(Errno.EBUSY, "TUNSETIFF", "dsr0");

        assertThat(exception).hasMessage("TUNSETIFF dsr0: Device or resource busy (EBUSY)");
        assertThat(exception.errno()).isEqualTo(16);
        assertThat(exception.call()).isEqualTo("TUNSETIFF");
    }

    @Test
    void anErrorThatHasNoNameHereIsStillExplained() {
        assertThat(new LinuxException(36, "open", "x")).hasMessage("open x: File name too long (errno 36)");
    }

    @Test
    void resultsPassUnlessNegative() throws Exception {
        assertThat(LinuxException.orThrow(7, "open", "x")).isEqualTo(7);
        assertThatThrownBy(() -> LinuxException.orThrow(-Errno.ENOENT, "open", "x"))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("(ENOENT)");
    }

    @Test
    void errnoOfAFailedCallArrives() {
        CallState state = new CallState();

        assertThat(Libc.open(state, "/nowhere/at/all", Libc.O_RDONLY)).isEqualTo(-Errno.ENOENT);
        assertThat(Libc.close(state, -1)).isEqualTo(-Errno.EBADF);
    }
}
