/**
 * What the agent asks of the kernel by system call, through java.lang.foreign: descriptors, TUN devices, UDP sockets with
 * batches and segmentation offload, network namespaces. Calls of the packet path allocate nothing and return {@code -errno};
 * the others throw {@link dev.hashlb.agent.linux.LinuxException}. Layouts are those of LP64 little-endian Linux
 * (x86-64 and aarch64). Nothing here knows balancers, packets or Netty.
 */
@NullMarked
package dev.hashlb.agent.linux;

import org.jspecify.annotations.NullMarked;
