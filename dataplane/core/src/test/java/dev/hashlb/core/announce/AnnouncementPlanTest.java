package dev.hashlb.core.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnouncementPlanTest {
    private static final IpAddress ONE = IpAddress.parse("198.51.100.1");
    private static final IpAddress TWO = IpAddress.parse("2001:db8:51::2");
    private static final List<String> ROUTERS = List.of("a", "b", "c");

    private static Balancer balancer(String name, IngressMode ingress, IpAddress... vips) {
        return new Balancer(
                new NamespacedName("default", name),
                Arrays.asList(vips),
                List.of(),
                HashSettings.DEFAULT,
                Ingress.of(ingress),
                Reply.DIRECT,
                List.of(),
                true,
                UndeclaredPorts.REJECT,
                1,
                List.of());
    }

    private static Snapshot snapshot(Balancer... balancers) {
        return new Snapshot(1, Arrays.asList(balancers), List.of(), List.of());
    }

    @Test
    void oneRouterAnswersForAVipAndTheOthersKnowWhich() {
        Snapshot snapshot = snapshot(balancer("web", IngressMode.ANY_NODE, ONE, TWO));
        for (IpAddress vip : List.of(ONE, TWO)) {
            String announcer = new Announcers(ROUTERS).announcer(vip).orElseThrow();
            for (String router : ROUTERS) {
                AnnouncementPlan plan = AnnouncementPlan.of(snapshot, ROUTERS, router);
                assertThat(plan.own().containsKey(vip)).isEqualTo(router.equals(announcer));
                assertThat(plan.others().get(vip)).isEqualTo(router.equals(announcer) ? null : announcer);
            }
        }
    }

    @Test
    void everyRouterAnswersForAVipOfWhichOneBalancerSelfSelects() {
        Snapshot snapshot =
                snapshot(balancer("any", IngressMode.ANY_NODE, ONE), balancer("self", IngressMode.SELF_SELECT, ONE));
        for (String router : ROUTERS) {
            assertThat(AnnouncementPlan.of(snapshot, ROUTERS, router).own())
                    .isEqualTo(Map.of(ONE, Answering.EVERY_ROUTER));
        }
    }

    @Test
    void everyRouterAnswersForTheGatewaysOfARouterGroup() {
        RouterGroup group = new RouterGroup(
                new NamespacedName("default", "back"),
                List.of(Cidr.parse("10.66.0.0/24")),
                List.of(TWO),
                HashFields.FIVE_TUPLE,
                TableKind.STABLE);
        Snapshot snapshot = new Snapshot(
                1, List.of(balancer("any", IngressMode.ANY_NODE, ONE)), List.of(group), List.of(), List.of());
        for (String router : ROUTERS) {
            assertThat(AnnouncementPlan.of(snapshot, ROUTERS, router).own()).containsEntry(TWO, Answering.EVERY_ROUTER);
        }
        assertThat(AnnouncementPlan.of(snapshot, ROUTERS, "d").own()).isEmpty();
    }

    @Test
    void whatAnotherHeldIsTheSameVipsAndNoneOfThemOwn() {
        Snapshot snapshot =
                snapshot(balancer("any", IngressMode.ANY_NODE, ONE), balancer("self", IngressMode.SELF_SELECT, TWO));
        AnnouncementPlan held = AnnouncementPlan.of(snapshot, ROUTERS, "a").heldByAnother();
        assertThat(held.own()).isEmpty();
        assertThat(held.others()).containsOnlyKeys(ONE, TWO);
    }

    @Test
    void whoIsNotAmongTheLiveAnswersForNothing() {
        Snapshot snapshot =
                snapshot(balancer("any", IngressMode.ANY_NODE, ONE), balancer("self", IngressMode.SELF_SELECT, TWO));
        assertThat(AnnouncementPlan.of(snapshot, ROUTERS, "d").own()).isEmpty();
        assertThat(AnnouncementPlan.of(snapshot, List.of(), "a")).isEqualTo(AnnouncementPlan.EMPTY);
    }
}
