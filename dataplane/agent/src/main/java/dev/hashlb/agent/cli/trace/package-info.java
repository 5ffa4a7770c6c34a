/** What {@code hashlb trace} answers: flows as text, the decision of {@code core.forward} about each, and answers as text. */
@NullMarked
package dev.hashlb.agent.cli.trace;

import org.jspecify.annotations.NullMarked;
