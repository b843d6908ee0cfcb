import EventLog
import RoomLog
import Synchronization

/// The records of a hub from some place on, those that are there and then those that come, without a
/// gap between them. The sequence ends when the hub is closed or the task is cancelled.
public struct HubRecords: AsyncSequence, Sendable {
    public typealias Element = HubRecord
    public typealias Failure = HubError

    let rooms: RoomLog
    let growth: LogGrowth
    let start: UInt64
    /// The number of the only room that counts; nil for all.
    let room: UInt64?

    public func makeAsyncIterator() -> Iterator {
        Iterator(rooms: rooms, growth: growth, position: start, room: room)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let rooms: RoomLog
        private let growth: LogGrowth
        private let room: UInt64?
        /// The next record to read.
        private var position: UInt64
        /// Read already, in reverse.
        private var ready: [HubRecord] = []

        fileprivate init(
            rooms: RoomLog, growth: LogGrowth, position: UInt64, room: UInt64?
        ) {
            self.rooms = rooms
            self.growth = growth
            self.room = room
            self.position = position
        }

        public mutating func next() async throws(HubError) -> HubRecord? {
            try await next(isolation: nil)
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HubError) -> HubRecord? {
            while ready.isEmpty {
                guard await growth.waits(beyond: position), !Task.isCancelled else { return nil }
                do throws(HubError) {
                    try read()
                } catch {
                    if growth.isClosed { return nil }
                    throw error
                }
            }
            return ready.popLast()
        }

        private mutating func read() throws(HubError) {
            defer { ready.reverse() }
            do throws(RoomLogError) {
                for record in try rooms.records(from: position, limit: 100) {
                    if room == nil || room == record.envelope.room {
                        ready.append(try HubRecord(record))
                    }
                    position += 1
                }
            } catch {
                throw HubError(error)
            }
        }
    }
}

extension HubRecord {
    init(_ record: Record) throws(RoomLogError) {
        sequence = record.envelope.gseq
        room = record.envelope.room
        time = record.envelope.timeMs
        epoch = record.envelope.epoch
        switch record.content {
        case .whole(let payload):
            provider = String(decoding: payload.source, as: UTF8.self)
            events = try RoomLog.events(of: record).compactMap(HubEvent.init)
            redactedBy = nil
        case .redacted(let by):
            (provider, events, redactedBy) = ("", [], by)
        }
    }
}

/// How long the log is, for those who wait for more of it.
final class LogGrowth: Sendable {
    private struct State {
        var length: UInt64
        var isClosed = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state: Mutex<State>

    init(length: UInt64) {
        state = Mutex(State(length: length))
    }

    /// A record of this sequence is on the disk.
    func grew(to sequence: UInt64) {
        wake { $0.length = max($0.length, sequence + 1) }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    var length: UInt64 { state.withLock { $0.length } }

    /// One more is on the disk.
    func grew() {
        wake { $0.length += 1 }
    }

    func close() {
        wake { $0.isClosed = true }
    }

    /// Waits until the log has a record at this place; false if it will not come.
    func waits(beyond position: UInt64) async -> Bool {
        let id = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        while true {
            let (isThere, isOver) = state.withLock {
                ($0.length > position, $0.isClosed || Task.isCancelled)
            }
            if isOver { return false }
            if isThere { return true }
            await withTaskCancellationHandler {
                await withCheckedContinuation { wait($0, id, position) }
            } onCancel: {
                state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
            }
        }
    }

    private func wait(
        _ continuation: CheckedContinuation<Void, Never>, _ id: Int, _ position: UInt64
    ) {
        let isReady = state.withLock { state in
            // What happened since the look before must not be missed.
            if state.length > position || state.isClosed || Task.isCancelled { return true }
            state.waiters[id] = continuation
            return false
        }
        if isReady { continuation.resume() }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }
}
