import EventLog
import LMDBStore

extension RoomLog {
    /// The projections that change with the records, but don't count the last ones in: those came in by a
    /// stream, and ``rebuildAll()`` was not done with.
    package func lagging() throws(StoreError) -> [Projection] {
        let end = try log.head().nextSequence
        var lagging: [Projection] = []
        for projection in Projection.inline {
            guard let state = try log.state(of: projection) else { continue }
            if state.position < end { lagging.append(projection) }
        }
        return lagging
    }
}
