package dev.hashlb.e2e.demo;

import java.util.List;
import java.util.Locale;

/**
 * What the demo found, also as JSON by its components' names.
 *
 * @param good whether everything was as it must be
 * @param acts each part's requests
 * @param movedFlows how many flows have another server since one was added
 * @param movedPercent the same as a share
 * @param idealMovedPercent the least share that can move: the new server's
 * @param openConnections how many connections were open when the router was killed
 * @param survivingConnections how many of them went on
 */
record Outcome(
        boolean good,
        List<Act> acts,
        int movedFlows,
        double movedPercent,
        double idealMovedPercent,
        int openConnections,
        int survivingConnections) {

    /** One part's requests: how many, and for how many what must hold did hold. */
    record Act(
            String name,
            int requests,
            int asForetold,
            int clientAddressSeen,
            List<Tally.Row> servers,
            List<String> failures) {
        static Act of(String name, Tally tally) {
            return new Act(
                    name, tally.expected(), tally.agreeing(), tally.ownAddressSeen(), tally.rows(), tally.failures());
        }
    }

    static double percent(int part, int whole) {
        return Math.round(1000.0 * part / whole) / 10.0;
    }

    static String text(double percent) {
        return String.format(Locale.ROOT, "%.1f %%", percent);
    }
}
