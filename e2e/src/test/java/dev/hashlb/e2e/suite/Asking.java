package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Asks over one connection after the other who answers. */
final class Asking {
    private Asking() {}

    /** The pods that answered, in the order of the flows. */
    static List<String> pods(Client client, List<Ends> flows) throws IOException {
        List<String> pods = new ArrayList<>();
        for (Ends ends : flows) {
            pods.add(client.askTcp(ends).pod());
        }
        return pods;
    }
}
