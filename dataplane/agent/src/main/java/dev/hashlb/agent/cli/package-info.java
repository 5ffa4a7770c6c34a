/**
 * The command {@code hashlb}: one class for each verb, exit statuses, and the flows of {@code trace} as text.
 * What a verb does lives elsewhere; here it is asked for and shown.
 */
@NullMarked
package dev.hashlb.agent.cli;

import org.jspecify.annotations.NullMarked;
