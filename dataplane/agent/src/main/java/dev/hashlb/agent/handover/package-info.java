/**
 * How the open devices of a data plane outlive its process: names for them, the messages by which copies of their descriptors
 * travel over a Unix socket, and the two ends of a hand-over from a running process to its successor. What a device is, is not known here.
 */
@NullMarked
package dev.hashlb.agent.handover;

import org.jspecify.annotations.NullMarked;
