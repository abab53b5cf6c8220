/**
 * Of calls those that have not ended, and all below them, at any depth: what these used and came to is still needed by
 * those above, which go on with it after a crash.
 */
export const underWay = `id IN (
  WITH RECURSIVE under_way (id) AS (
    SELECT id FROM calls WHERE ended_at IS NULL
    UNION SELECT c.id FROM calls c JOIN under_way u ON c.parent = u.id
  ) SELECT id FROM under_way
)`;
