package dev.hashlb.e2e.demo;

import dev.hashlb.e2e.lab.LabException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The acts of the demo, in their order. */
final class Demo {
    private static final int KEPT_OPEN = 60;
    private static final int FAILURES_SHOWN = 5;

    private final Stage stage;
    private final Screen screen;
    private final List<Flow> flows;
    private final List<Outcome.Act> acts = new ArrayList<>();
    private boolean good = true;

    Demo(Stage stage, Screen screen, int requests) {
        this.stage = stage;
        this.screen = screen;
        this.flows = stage.flows(requests);
    }

    Outcome play() throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        raise();
        screen.quiet("up after " + (System.nanoTime() - startNs) / 1_000_000 + " ms");

        Map<Flow, Foretold.Taker> before = balance();
        Map<Flow, Foretold.Taker> after = addServer();
        int moved = tellMoved(before, after);
        int surviving = killRouter(after);

        return new Outcome(
                good,
                acts,
                moved,
                Outcome.percent(moved, flows.size()),
                Outcome.percent(1, Stage.SERVERS + 1),
                KEPT_OPEN,
                surviving);
    }

    private void raise() {
        screen.heading(
                "1  The lab: clients, " + stage.ways().routers() + " routers, 3 nodes, 6 servers and one that waits");
        stage.declareServers(Stage.SERVERS);
        stage.startDataPlanes();
        stage.startServers();
        stage.awaitDataPlanes();
        stage.awaitServers();
        screen.line("data planes and HTTP servers run: " + String.join(", ", stage.processes()));
        screen.line("the file that they all read: " + stage.file());
    }

    private Map<Flow, Foretold.Taker> balance() throws IOException, InterruptedException {
        screen.heading(
                "2  " + flows.size() + " connections to the VIP over IPv4 and IPv6, each foretold by `hashlb trace`");
        return request("balance", Stage.SERVERS);
    }

    private Map<Flow, Foretold.Taker> addServer() throws IOException, InterruptedException {
        screen.heading("3  A seventh server is added to the file; the same " + flows.size() + " connections again");
        stage.declareServers(Stage.SERVERS + 1);
        return request("server added", Stage.SERVERS + 1);
    }

    private Map<Flow, Foretold.Taker> request(String act, int servers) throws IOException, InterruptedException {
        Map<Flow, Foretold.Taker> foretold = Foretold.of(flows, stage.file());
        Map<Flow, String> byServer = new HashMap<>();
        foretold.forEach((flow, taker) -> byServer.put(flow, taker.server()));
        var tally = new Tally(stage.nodeByServer(servers), byServer);
        var traffic = new Traffic(stage.clientNamespace(), screen);
        if (stage.ways().namesRouters()) {
            try (var seen = new RoutersSeen(stage.lab().topology())) {
                traffic.send(flows, byServer, tally);
                tellRouters(seen, foretold);
            }
        } else {
            traffic.send(flows, byServer, tally);
        }
        acts.add(Outcome.Act.of(act, tally));
        verdict(
                tally.agreeing() == tally.expected(),
                tally.agreeing() + " of " + tally.expected() + " went where trace had said");
        verdict(
                tally.ownAddressSeen() == tally.expected(),
                tally.ownAddressSeen() + " of " + tally.expected() + " servers saw the client's own address");
        tally.failures().stream().limit(FAILURES_SHOWN).forEach(failure -> verdict(false, failure));
        return foretold;
    }

    private void tellRouters(RoutersSeen seen, Map<Flow, Foretold.Taker> foretold) throws InterruptedException {
        Map<Flow, String> byRouter = new HashMap<>();
        foretold.forEach((flow, taker) -> byRouter.put(flow, taker.router()));
        var requests = new Tally(stage.routers(), byRouter);
        var replies = new Tally(stage.routers(), byRouter);
        seen.tell(foretold, requests, replies);
        if (stage.ways().selfSelect()) {
            tellRouters(requests, "requests were handled by the router that trace had named, and by no other");
        }
        if (stage.ways().gateway()) {
            tellRouters(replies, "replies went out by it");
        }
    }

    private void tellRouters(Tally tally, String what) {
        screen.routers(tally);
        verdict(tally.good(), tally.agreeing() + " of " + tally.expected() + " flows' " + what);
        tally.failures().stream().limit(FAILURES_SHOWN).forEach(failure -> verdict(false, failure));
    }

    private int tellMoved(Map<Flow, Foretold.Taker> before, Map<Flow, Foretold.Taker> after) {
        int moved = 0;
        int movedToOld = 0;
        String newest = "web-" + Stage.SERVERS;
        for (Flow flow : flows) {
            String now = server(after, flow);
            if (!server(before, flow).equals(now)) {
                moved++;
                movedToOld += newest.equals(now) ? 0 : 1;
            }
        }
        verdict(
                movedToOld == 0,
                moved + " flows (" + Outcome.text(Outcome.percent(moved, flows.size())) + ") moved, all to " + newest
                        + "; the least possible is " + Outcome.text(Outcome.percent(1, Stage.SERVERS + 1))
                        + " on average");
        return moved;
    }

    private int killRouter(Map<Flow, Foretold.Taker> foretold) throws IOException, InterruptedException {
        boolean named = stage.ways().namesRouters();
        screen.heading("4  Router r1 is killed (kill -9) with " + KEPT_OPEN + " connections open; "
                + (named ? "it is taken off the others' list" : "the route moves to r2"));
        Map<Flow, HttpConnection> open = new LinkedHashMap<>();
        try {
            for (Flow flow : flows.subList(0, KEPT_OPEN)) {
                HttpConnection connection = HttpConnection.open(stage.clientNamespace(), flow);
                open.put(flow, connection);
                connection.get();
            }
            screen.line("killed: process " + stage.killRouter("r1"));
            if (!stage.ways().selfSelect()) {
                stage.routeVipsTo("r2");
            }
            if (named) {
                stage.declareServers(Stage.SERVERS + 1);
            }
            int surviving = 0;
            for (Map.Entry<Flow, HttpConnection> connection : open.entrySet()) {
                surviving += goesOn(connection.getValue(), server(foretold, connection.getKey())) ? 1 : 0;
            }
            verdict(
                    surviving == KEPT_OPEN,
                    surviving + " of " + KEPT_OPEN + " open connections went on, on the servers that they were on;"
                            + " the routers that are left had not seen those of r1");
            closeAll(open);
            request("router killed", Stage.SERVERS + 1);
            return surviving;
        } finally {
            closeAll(open);
        }
    }

    private static String server(Map<Flow, Foretold.Taker> takers, Flow flow) {
        Foretold.Taker taker = takers.get(flow);
        return taker == null ? "nobody" : taker.server();
    }

    private boolean goesOn(HttpConnection connection, String server) {
        try {
            return connection.get().server().equals(server);
        } catch (IOException e) {
            screen.verdict(false, "a connection broke: " + e.getMessage());
            return false;
        }
    }

    private static void closeAll(Map<Flow, HttpConnection> connections) throws IOException {
        for (HttpConnection connection : connections.values()) {
            connection.close();
        }
        connections.clear();
    }

    private void verdict(boolean holds, String text) {
        good &= holds;
        screen.verdict(holds, text);
    }

    /** The least number of requests that the acts can do with. */
    static int leastRequests() {
        return KEPT_OPEN;
    }

    /** A lab that could not be built or used, as what the system refused. */
    static IOException refused(LabException e) {
        return new IOException(e.getMessage(), e);
    }
}
