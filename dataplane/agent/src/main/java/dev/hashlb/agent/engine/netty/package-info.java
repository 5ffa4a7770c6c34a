/**
 * The portable engine: TUN and UDP sockets on Netty's epoll loops, one loop per core, no shared mutable state between them.
 * On the packet path nothing allocates, locks or logs. Linux calls go through {@code agent.linux}, decisions through {@code core.forward}.
 */
@NullMarked
package dev.hashlb.agent.engine.netty;

import org.jspecify.annotations.NullMarked;
