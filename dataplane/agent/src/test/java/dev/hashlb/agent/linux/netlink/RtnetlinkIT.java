package dev.hashlb.agent.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.agent.linux.nftables.NftException;
import dev.hashlb.agent.linux.nftables.Nftables;
import dev.hashlb.core.address.IpAddress;
import org.junit.jupiter.api.Test;

/** Only reads, or is refused: nothing changes on the machine. */
class RtnetlinkIT {
    @Test
    void loopbackIsFoundByNameAndIndex() throws Exception {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            Link loopback = rtnetlink.links().find("lo").orElseThrow();
            assertThat(loopback.loopback()).isTrue();
            assertThat(rtnetlink.links().find(loopback.index())).contains(loopback);
            assertThat(rtnetlink.links().list()).contains(loopback);
            assertThat(loopback.ipv4()).containsKeys(Devconf.values());
        }
    }

    @Test
    void missingDeviceIsEmpty() throws Exception {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            assertThat(rtnetlink.links().find("ho-missing")).isEmpty();
            assertThat(rtnetlink.links().find(1_000_000_000)).isEmpty();
        }
    }

    @Test
    void refusalNamesTheRequestAndCarriesTheKernelsWords() throws Exception {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            Route unreachable = Route.toHost(IpAddress.parse("198.51.100.10"))
                    .withGateway(IpAddress.parse("203.0.113.77"), false)
                    .withLink(1);
            assertThatThrownBy(() -> rtnetlink.routes().replace(unreachable))
                    .isInstanceOf(NetlinkException.class)
                    .hasMessageContaining("set route 198.51.100.10/32 in table 254")
                    .hasMessageContaining("(Nexthop has invalid gateway)");
        }
    }

    @Test
    void removingWhatIsNotThereSaysSo() throws Exception {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            IpAddress address = IpAddress.parse("198.51.100.10");
            assertThat(rtnetlink.addresses().remove(new Address(1, address, 32, 0, 0)))
                    .isFalse();
            assertThat(rtnetlink.routes().remove(Route.toHost(address).withTable(7799)))
                    .isFalse();
            Rule rule = new Rule(address.family(), 7, address, null, null, 0, 7799, 72);
            assertThat(rtnetlink.rules().remove(rule)).isFalse();
        }
    }

    @Test
    void nftRefusalCarriesNftsWords() {
        assertThatThrownBy(() -> Nftables.run("delete table inet ho-missing\n"))
                .isInstanceOf(NftException.class)
                .hasMessageContaining("No such file or directory");
    }
}
