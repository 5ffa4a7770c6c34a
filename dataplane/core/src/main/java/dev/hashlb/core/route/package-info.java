/**
 * Which router handles a packet, where the calculation and not the network decides: the ordered list of the routers that live, the
 * choice among them, and which end of a packet is the service's, so that request, reply, ICMP error and fragment name the same router.
 * Specified, with test vectors, in docs/calculation.md. Pure: who lives is an argument, not looked for here.
 */
@NullMarked
package dev.hashlb.core.route;

import org.jspecify.annotations.NullMarked;
