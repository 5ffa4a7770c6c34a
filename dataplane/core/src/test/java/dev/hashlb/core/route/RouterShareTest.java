package dev.hashlb.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Node;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouterShareTest {
    private static final Ingress INGRESS = Ingress.of(IngressMode.SELF_SELECT);
    private static final RouterList THREE = list("r1", "r2", "r3");
    private static final RouterList TWO = list("r1", "r2");

    @Test
    void oneOfThreeHandlesEachFlow() {
        LiveRouters routers = LiveRouters.of(THREE);
        for (int i = 0; i < 3000; i++) {
            assertThat(handlers(routers, i)).hasSize(1);
        }
    }

    @Test
    void untilAllAgreeOnlyWhatAlwaysWasOnesOwnIsHandled() {
        LiveRouters changing = LiveRouters.of(THREE).next(TWO);
        int gaps = 0;
        for (int i = 0; i < 3000; i++) {
            List<String> before = handlers(LiveRouters.of(THREE), i);
            List<String> meanwhile = handlers(changing, i);
            if (before.equals(List.of("r3"))) {
                assertThat(meanwhile).isEmpty();
                gaps++;
            } else {
                assertThat(meanwhile).isEqualTo(before);
            }
            assertThat(handlers(changing.settled(), i)).isEqualTo(handlers(LiveRouters.of(TWO), i));
        }
        assertThat(gaps).isBetween(800, 1200);
    }

    /** r3 goes and comes back before the others have agreed that it went: nobody has taken what is its own. */
    @Test
    void ofSeveralChangesTheOldestListCounts() {
        LiveRouters back = LiveRouters.of(THREE).next(TWO).next(THREE);
        for (int i = 0; i < 1000; i++) {
            assertThat(handlers(back, i)).isEqualTo(handlers(LiveRouters.of(THREE), i));
        }
    }

    @Test
    void aRouterThatIsNotInTheListHandlesNothing() {
        assertThat(handles(LiveRouters.of(TWO), "r3", 1)).isFalse();
        assertThat(handles(LiveRouters.of(TWO).next(THREE), "r3", 1)).isFalse();
    }

    @Test
    void theSameListIsNoChange() {
        LiveRouters routers = LiveRouters.of(THREE);
        assertThat(routers.next(list("r3", "r1", "r2"))).isSameAs(routers);
    }

    private static List<String> handlers(LiveRouters routers, int flow) {
        return Stream.of("r1", "r2", "r3")
                .filter(r -> handles(routers, r, flow))
                .toList();
    }

    private static boolean handles(LiveRouters routers, String router, int number) {
        Flow flow = new Flow().setIpv4(0xc000_0207L, 40_000 + 2 * number, 0xc633_640aL, 80, 6);
        return new RouterShare(routers, router).contains(INGRESS, flow, 80);
    }

    private static RouterList list(String... names) {
        return RouterList.of(Stream.of(names)
                .map(name -> new Node(name, IpAddress.parse("10.9.0." + name.substring(1)), true))
                .toList());
    }
}
