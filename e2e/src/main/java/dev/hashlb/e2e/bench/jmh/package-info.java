/**
 * What the packet path's arithmetic costs, by JMH: {@code ./hashlb jmh}. No system call, no device: those are in
 * {@code bench}.
 */
@NullMarked
package dev.hashlb.e2e.bench.jmh;

import org.jspecify.annotations.NullMarked;
