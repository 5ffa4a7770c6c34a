/**
 * A network of namespaces in which real processes run: clients behind two routers of their own, nodes on a LAN, pods on
 * the nodes. It gives nodes what any Debian node of a cluster has and nothing more: what HashLB needs beyond that, HashLB
 * must set itself. The lab knows the data plane from outside only, as a process with a file, a state folder and a metrics port.
 */
@NullMarked
package dev.hashlb.e2e.lab;

import org.jspecify.annotations.NullMarked;
