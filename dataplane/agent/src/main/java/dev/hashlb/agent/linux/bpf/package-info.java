/** Programs and maps in the kernel: bpf(2). Knows nothing of what they are for. */
@NullMarked
package dev.hashlb.agent.linux.bpf;

import org.jspecify.annotations.NullMarked;
