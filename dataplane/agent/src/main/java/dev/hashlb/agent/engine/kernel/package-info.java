/**
 * What the engine has the kernel do: drop what is another router's of the packets that all routers receive, before it is queued, copied and
 * read. The engine judges what is left as if there were nothing of this, so whatever the kernel cannot tell passes.
 */
@NullMarked
package dev.hashlb.agent.engine.kernel;

import org.jspecify.annotations.NullMarked;
