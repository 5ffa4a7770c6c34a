/** What is compared: each candidate sets its own part of the path up, and takes it down again without a trace. */
@NullMarked
package dev.hashlb.e2e.bench.candidate;

import org.jspecify.annotations.NullMarked;
