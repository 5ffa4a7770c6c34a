package dev.hashlb.e2e.demo;

/**
 * How packets come in and replies go out in a demo.
 *
 * @param routers how many routers there are, at least 2
 * @param ingress {@code AnyNode} or {@code SelfSelect}
 * @param reply {@code Direct}, {@code Node} or {@code Gateway}
 */
record Ways(int routers, String ingress, String reply) {
    boolean selfSelect() {
        return ingress.equals("SelfSelect");
    }

    boolean gateway() {
        return reply.equals("Gateway");
    }

    /** Whether the calculation names a router for each flow. */
    boolean namesRouters() {
        return selfSelect() || gateway();
    }
}
