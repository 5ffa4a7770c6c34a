package dev.hashlb.core.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.neighbor.NeighborFrames;
import dev.hashlb.core.neighbor.NeighborMessage;
import dev.hashlb.core.neighbor.NeighborMessage.Claim;
import dev.hashlb.core.neighbor.NeighborMessage.Question;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress PEER = MacAddress.parse("02:00:00:00:00:02");
    private static final MacAddress FOREIGN = MacAddress.parse("02:00:00:00:00:99");
    private static final IpAddress VIP = IpAddress.parse("10.9.0.200");
    private static final IpAddress VIP6 = IpAddress.parse("fd00:9::200");
    private static final Question ASKED = new Question(VIP, FOREIGN, Optional.of(IpAddress.parse("10.9.0.7")));

    private final Announcer announcer = new Announcer(OWN, Announcer.EVERY_ROUTER);
    private long nowMs = 10_000;

    private void use(Map<IpAddress, Answering> own, Map<IpAddress, String> others) {
        announcer.use(new AnnouncementPlan(own, others), Set.of(PEER), nowMs);
    }

    /** What is sent in a time, read back. */
    private List<NeighborMessage> sentIn(long ms) {
        List<NeighborMessage> sent = new ArrayList<>();
        for (long end = nowMs + ms; nowMs < end; nowMs += 50) {
            announcer.due(nowMs).forEach(f -> sent.addAll(NeighborMessage.read(ByteBuffer.wrap(f))));
        }
        return sent;
    }

    @Test
    void aNewVipIsAnsweredForWhenNobodyObjected() {
        use(Map.of(VIP, Answering.ONE_ROUTER), Map.of());
        assertThat(sentIn(600)).hasSize(3).containsOnly(new Question(VIP, OWN, Optional.empty()));
        assertThat(announcer.answer(ASKED)).isEmpty();
        assertThat(announcer.answered()).isEmpty();

        assertThat(sentIn(50)).containsExactly(new Claim(VIP, OWN, OWN));
        assertThat(announcer.answer(ASKED))
                .hasValueSatisfying(frame -> assertThat(frame).isEqualTo(NeighborFrames.answer(ASKED, OWN, OWN)));
        assertThat(announcer.answered()).containsExactly(VIP);
    }

    @Test
    void theVipOfADeadPeerIsAnnouncedAtOnceAndOneThatMovedAwayIsNotAnsweredForAnyMore() {
        use(Map.of(), Map.of(VIP, "r2", VIP6, "r3"));
        assertThat(announcer.answer(ASKED)).isEmpty();
        use(Map.of(VIP, Answering.ONE_ROUTER, VIP6, Answering.ONE_ROUTER), Map.of());
        assertThat(sentIn(50)).containsExactly(new Claim(VIP, OWN, OWN), new Claim(VIP6, OWN, OWN));
        assertThat(announcer.answer(ASKED)).isPresent();

        use(Map.of(VIP6, Answering.ONE_ROUTER), Map.of(VIP, "r2"));
        assertThat(announcer.answer(ASKED)).isEmpty();
        assertThat(announcer.answered()).containsExactly(VIP6);
    }

    @Test
    void aVipOfEveryRouterIsSaidToBeAtAllOfThem() {
        use(Map.of(), Map.of(VIP, "r2"));
        use(Map.of(VIP, Answering.EVERY_ROUTER), Map.of());
        assertThat(sentIn(50)).containsExactly(new Claim(VIP, OWN, Announcer.EVERY_ROUTER));
        assertThat(announcer.answer(ASKED))
                .hasValueSatisfying(frame -> assertThat(NeighborMessage.read(ByteBuffer.wrap(frame)))
                        .containsExactly(new Claim(VIP, OWN, Announcer.EVERY_ROUTER)));
        assertThat(announcer.conflict(new Claim(VIP, FOREIGN, Announcer.EVERY_ROUTER), nowMs))
                .as("another router, whose probe was not heard yet")
                .isEmpty();
    }

    @Test
    void peersClaimsAreNoConflict() {
        use(Map.of(VIP, Answering.ONE_ROUTER), Map.of());
        assertThat(announcer.conflict(new Claim(VIP, PEER, PEER), nowMs)).isEmpty();
        assertThat(announcer.conflict(new Claim(VIP, OWN, OWN), nowMs)).isEmpty();
        assertThat(announcer.conflict(new Claim(VIP6, FOREIGN, FOREIGN), nowMs))
                .as("not ours")
                .isEmpty();
        sentIn(700);
        assertThat(announcer.answered()).containsExactly(VIP);
    }

    @Test
    void whatAPeerClaimsMeanwhileIsAnnouncedAgainSoThatNeighboursDoNotStayWithThePeer() {
        use(Map.of(), Map.of(VIP, "r2"));
        use(Map.of(VIP, Answering.ONE_ROUTER), Map.of());
        sentIn(6_000);
        assertThat(sentIn(60_000)).isEmpty();

        for (long sinceFirstMs : new long[] {0, 200, 1_000}) { // as a router does that takes a VIP over
            announcer.conflict(new Claim(VIP, PEER, PEER), nowMs + sinceFirstMs);
        }
        assertThat(sentIn(VipClaim.SAID_AGAIN_AFTER_MS)).isEmpty();
        assertThat(sentIn(60_000)).containsExactly(new Claim(VIP, OWN, OWN));

        announcer.conflict(new Claim(VIP, PEER, PEER), nowMs);
        use(Map.of(), Map.of(VIP, "r2"));
        assertThat(sentIn(60_000)).as("given up meanwhile").isEmpty();
    }

    @Test
    void whatAllRoutersAnnounceIsNotSaidAgainForEach() {
        use(Map.of(), Map.of(VIP, "r2"));
        use(Map.of(VIP, Answering.EVERY_ROUTER), Map.of());
        sentIn(6_000);
        announcer.conflict(new Claim(VIP, PEER, Announcer.EVERY_ROUTER), nowMs);
        assertThat(sentIn(60_000)).isEmpty();
    }

    @Test
    void aForeignHostIsToldOfOnceAndGivenWayToUntilItIsGone() {
        use(Map.of(VIP, Answering.ONE_ROUTER), Map.of());
        sentIn(200);
        Claim foreign = new Claim(VIP, FOREIGN, FOREIGN);
        assertThat(announcer.conflict(foreign, nowMs))
                .hasValue(new Announcer.Conflict(VIP, FOREIGN, VipClaim.Conflict.GAVE_WAY));
        assertThat(announcer.conflicts()).isEqualTo(Map.of(VIP, FOREIGN));
        for (int again = 0; again < 3; again++) { // tried again every half minute, and answered again
            assertThat(sentIn(VipClaim.TRY_AGAIN_AFTER_MS + 50)).allMatch(m -> m instanceof Question);
            assertThat(announcer.conflict(foreign, nowMs)).as("known").isEmpty();
        }
        assertThat(announcer.answer(ASKED)).isEmpty();

        sentIn(VipClaim.TRY_AGAIN_AFTER_MS + 1_000);
        assertThat(announcer.answered()).containsExactly(VIP);
        assertThat(announcer.conflicts()).isEmpty();
        assertThat(announcer.conflict(foreign, nowMs))
                .as("it came back, and is told of again")
                .hasValueSatisfying(c -> assertThat(c.outcome()).isEqualTo(VipClaim.Conflict.DEFENDED));
    }
}
