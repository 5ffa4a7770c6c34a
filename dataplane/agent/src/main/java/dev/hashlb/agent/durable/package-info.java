/** Files that a crash at any moment leaves whole. Knows nothing of what stands in them. */
@NullMarked
package dev.hashlb.agent.durable;

import org.jspecify.annotations.NullMarked;
