package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.agent.linux.Capabilities.Needed;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    private static final String BEFORE = "Name:\tjava\nCapPrm:\t000001ffffffffff\nCapEff:\t";

    @Test
    void rootMissesNothing() {
        assertThat(Capabilities.parse(BEFORE + "000001ffffffffff\n").missing()).isEmpty();
    }

    @Test
    void anOrdinaryUserMissesAll() {
        assertThat(Capabilities.parse(BEFORE + "0000000000000000\n").missing())
                .containsExactly(Needed.CAP_NET_ADMIN, Needed.CAP_NET_RAW, Needed.CAP_SYS_ADMIN);
    }

    /** The set that container runtimes give by default: CAP_NET_RAW is in it, the others are not. */
    @Test
    void anOrdinaryContainerMissesTheAdministrators() {
        assertThat(Capabilities.parse(BEFORE + "00000000a80425fb\n").missing())
                .containsExactly(Needed.CAP_NET_ADMIN, Needed.CAP_SYS_ADMIN);
    }

    @Test
    void allBitsAreRead() {
        assertThat(Capabilities.parse(BEFORE + "ffffffffffffffff\n").effective())
                .isEqualTo(-1);
    }

    @Test
    void theRealStatusIsUnderstood() throws Exception {
        assertThat(Capabilities.ofThisThread()).isNotNull();
    }

    @Test
    void aStatusWithoutTheLineIsRefused() {
        assertThatThrownBy(() -> Capabilities.parse("Name:\tjava\n")).hasMessageContaining("CapEff:");
    }
}
