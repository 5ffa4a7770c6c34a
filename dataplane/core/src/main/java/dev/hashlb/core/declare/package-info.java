/**
 * What a person declares, and what becomes of it: records that mirror the documents, every default (in {@code Defaults})
 * and every rule, and the way from a declaration to a {@code Snapshot}. Pure: where documents come from (a file, the
 * Kubernetes API) and how a mistake is shown is somebody else's concern, so that the operator and {@code hashlb check} judge alike.
 */
@NullMarked
package dev.hashlb.core.declare;

import org.jspecify.annotations.NullMarked;
