package dev.hashlb.core.select;

import java.util.List;

/**
 * Equals that contend for things by rendezvous hashing, each of weight 1: whoever has the highest score for a thing has it. See
 * docs/calculation.md. Immutable.
 */
public final class Contest {
    /** What {@link #winner} gives where nobody contends. */
    public static final int NOBODY = -1;

    /** In the order in which equal scores are decided: nobody replaces one before it without a higher score. */
    private final List<Contender> contenders;

    /** @param identities no two alike, fewer than 65536 */
    public Contest(List<String> identities) {
        Contender[] all = new Contender[identities.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Contender((char) i, identities.get(i), Identity.hash(identities.get(i)), 1);
        }
        contenders = List.of(all).stream().sorted(Contender.BY_PRECEDENCE).toList();
    }

    /**
     * Who has a thing, by the place among the identities, or {@link #NOBODY}.
     *
     * @param salt what the thing contributes to scores; the same for all
     */
    public int winner(long salt) {
        int winner = NOBODY;
        long highest = 0;
        for (Contender contender : contenders) {
            long score = Rendezvous.score(contender.hash(), salt);
            if (winner == NOBODY || Long.compareUnsigned(score, highest) > 0) {
                winner = contender.index();
                highest = score;
            }
        }
        return winner;
    }

    /** Who owns each bucket; somebody must contend. Takes a score for each bucket and contender: not for a packet thread. */
    public char[] owners(int buckets) {
        char[] owners = new char[buckets];
        for (int bucket = 0; bucket < buckets; bucket++) {
            owners[bucket] = (char) winner(Rendezvous.salt(bucket, 0));
        }
        return owners;
    }
}
