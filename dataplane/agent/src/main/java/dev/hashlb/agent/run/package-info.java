/**
 * The data plane of one node: takes snapshots, sets up what they need on the host, and hands them to the engine, in the order
 * that loses no packet. Where snapshots come from (a file, the operator) is not its concern.
 */
@NullMarked
package dev.hashlb.agent.run;

import org.jspecify.annotations.NullMarked;
