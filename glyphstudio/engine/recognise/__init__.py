"""From a drawing to a ranking: prototypes kept in memory, or a learner that adapts to the library."""
