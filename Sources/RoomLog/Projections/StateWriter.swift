import EventLog
import LMDBStore
import MLSPublicGroup
import RoomState
import Synchronization

/// Writes the rows of rooms' states behind the log: many commits change a node near the root, and only the
/// last of them is written. The bounds keep few what a crash leaves to be folded again.
package final class StateWriter: Sendable {
    /// What may wait to be written; half of it begins to be written.
    package struct Limits: Sendable {
        package var nodes = 2048
        package var records: UInt64 = 1024
        package var delay = Duration.seconds(5)

        package init() {}
    }

    /// That a record is about to be appended.
    package struct Ticket: Sendable {
        fileprivate let number: UInt64
    }

    /// A room whose rows are behind.
    struct Behind {
        var state: RecordedState
        var last: Envelope
        /// The first record that the rows don't count in.
        var first: UInt64
        /// Nil if all rows are to be written.
        var changed: ChangedPlaces?

        var nodes: Int { changed?.places.count ?? 2 * state.group.tree.width - 1 }
    }

    private struct State {
        /// Where rows stand; a room without has no rows that can be used.
        var bases: [UInt64: OpenedRoom.Base] = [:]
        private(set) var behind: [UInt64: Behind] = [:]
        /// Of all of these, counted as they come: there may be a room for each record.
        private(set) var nodes = 0
        private(set) var first: UInt64?
        /// Of rooms whose rows are being written: the first record that they did not count in.
        var inFlight: [UInt64: UInt64] = [:]
        /// Records that may be in the log and were not noted yet: lower bounds of their sequences.
        var announced: [UInt64: UInt64] = [:]
        var nextTicket: UInt64 = 0
        /// After the last record that was noted.
        var end: UInt64
        /// Set while what an earlier process left behind is not caught up with.
        var floor: UInt64?
        var isClosed = false
        var timer: Task<Void, Never>?
        var writing: Task<Void, Never>?
        var catchingUp: Task<Void, Never>?
        var findings: [ProjectionFinding] = []

        var lag: UInt64 { first.map { end - min($0, end) } ?? 0 }

        init(end: UInt64, floor: UInt64?) {
            self.end = end
            self.floor = floor
        }

        /// What the rows of all rooms count in up to, once those of `room` are written.
        func position(with room: UInt64) -> UInt64 {
            let others = inFlight.filter { $0.key != room }.values.min()
            return [first, others, announced.values.min(), floor]
                .compactMap { $0 }.reduce(end, min)
        }

        /// Counts in what a room is now.
        mutating func add(_ entry: Behind) {
            let room = entry.last.room
            first = min(first ?? entry.first, entry.first)
            guard var known = behind.removeValue(forKey: room) else {
                behind[room] = entry
                nodes += entry.nodes
                return
            }
            nodes -= known.nodes
            if known.last.gseq < entry.last.gseq {
                (known.state, known.last) = (entry.state, entry.last)
            }
            known.first = min(known.first, entry.first)
            if let more = entry.changed {
                known.changed?.form(union: more)
            } else {
                known.changed = nil
            }
            nodes += known.nodes
            behind[room] = known
        }

        /// Everything that is behind, the longest first: it is about to be written.
        mutating func take() -> [(room: UInt64, entry: Behind)] {
            let taken = behind.sorted { $0.value.first < $1.value.first }
            (behind, nodes, first) = ([:], 0, nil)
            for (room, entry) in taken { inFlight[room] = entry.first }
            return taken.map { ($0.key, $0.value) }
        }
    }

    private let rooms: RoomLog
    private let limits: Limits
    private let state: Mutex<State>

    package init(_ rooms: RoomLog, limits: Limits = Limits()) throws(StoreError) {
        self.rooms = rooms
        self.limits = limits
        let end = try rooms.log.head().nextSequence
        let position = try rooms.log.state(of: .roomState)?.position ?? end
        state = Mutex(State(end: end, floor: position < end ? position : nil))
    }

    /// What was found wrong in rows since the store was opened: the first hundred.
    package var findings: [ProjectionFinding] { state.withLock { $0.findings } }

    // MARK: What changes

    /// Before a record is appended; to be followed by ``note(_:_:_:after:)`` or ``withdraw(_:)``.
    package func announce() -> Ticket {
        state.withLock { state in
            let number = state.nextTicket
            state.nextTicket += 1
            state.announced[number] = state.end
            return Ticket(number: number)
        }
    }

    /// The record was not appended, or nobody knows.
    package func withdraw(_ ticket: Ticket) {
        state.withLock { $0.announced[ticket.number] = nil }
    }

    /// A record is on the disk: its events led to `next`. Waits where too much is behind.
    package func note(
        _ ticket: Ticket, _ events: [RoomEvent], _ next: RecordedState, after record: Envelope
    ) async {
        var changed = ChangedPlaces()
        changed.note(events, in: next.group.tree)
        let writing = state.withLock { state in
            state.announced[ticket.number] = nil
            state.end = max(state.end, record.gseq + 1)
            state.add(
                Behind(state: next, last: record, first: record.gseq, changed: changed))
            return start(&state)
        }
        await writing?.value
    }

    /// A room was opened: its rows may be behind, or to be made. `isAgain` says that a record may not have
    /// been noted.
    package func found(_ opened: OpenedRoom, isAgain: Bool = false) {
        state.withLock { state in
            let last = opened.folded.last
            let room = last.room
            state.findings += opened.folded.findings.prefix(max(0, 100 - state.findings.count))
            let isKnown =
                state.bases[room] != nil || state.behind[room] != nil
                || state.inFlight[room] != nil
            guard isAgain || !isKnown else { return }
            state.end = max(state.end, last.gseq + 1)
            if !isKnown { state.bases[room] = opened.base }
            guard let first = opened.firstBehind else { return }
            state.add(
                Behind(
                    state: opened.folded.state, last: last, first: first, changed: opened.changed))
            _ = start(&state)
        }
    }

    // MARK: Writing

    /// Begins to write what is due; the task to wait for where too much is behind.
    private func start(_ state: inout State) -> Task<Void, Never>? {
        guard !state.isClosed, !state.behind.isEmpty else { return nil }
        let (nodes, lag) = (state.nodes, state.lag)
        if nodes >= limits.nodes / 2 || lag >= limits.records / 2 {
            state.timer?.cancel()
            state.timer = nil
            if state.writing == nil { state.writing = Task { await self.writeBehind() } }
            return nodes >= limits.nodes || lag >= limits.records ? state.writing : nil
        }
        if state.timer == nil, state.writing == nil {
            state.timer = Task { [limits, weak self] in
                guard (try? await Task.sleep(for: limits.delay)) != nil else { return }
                await self?.flush()
            }
        }
        return nil
    }

    /// Writes everything that is behind by now.
    package func flush() async {
        let task = state.withLock { state in
            state.timer = nil
            if state.writing == nil, !state.behind.isEmpty {
                state.writing = Task { await self.writeBehind() }
            }
            return state.writing
        }
        await task?.value
    }

    private func writeBehind() async {
        let taken = state.withLock { $0.take() }
        var areWritten = true
        for (room, entry) in taken where await !write(entry, of: room) { areWritten = false }
        state.withLock { state in
            state.writing = nil
            // After a failure it is tried again with the next change, or at the end.
            if areWritten { _ = start(&state) }
        }
    }

    /// Rows of one room, from where they stand or all of them; whether that could be done.
    private func write(_ entry: Behind, of room: UInt64) async -> Bool {
        await rooms.stateRows.acquire()
        let base = state.withLock { $0.bases[room] }
        var isWritten = false
        do {
            if let base, let changed = entry.changed {
                isWritten = try await update(entry, changed, of: room, from: base)
            }
            if !isWritten { isWritten = try await rewrite(entry, of: room) }
        } catch {
            // Nobody waits for it: until it is done the room is folded from where its rows stand.
        }
        await rooms.stateRows.release()
        let width = entry.state.group.tree.width
        state.withLock { state in
            state.inFlight[room] = nil
            state.bases[room] =
                isWritten ? OpenedRoom.Base(gseq: entry.last.gseq, width: width) : nil
            if !isWritten { state.add(entry) }
        }
        return isWritten
    }

    private func update(
        _ entry: Behind, _ changed: ChangedPlaces, of room: UInt64, from base: OpenedRoom.Base
    ) async throws(StoreError) -> Bool {
        guard base.gseq < entry.last.gseq else { return true }
        let tree = entry.state.group.tree
        let places = changed.all(from: base.width, to: tree.width)
        return try await write(
            RoomStateRows.changes(of: places, in: tree, room), entry, of: room,
            from: .at(gseq: base.gseq))
    }

    private func rewrite(_ entry: Behind, of room: UInt64) async throws(StoreError) -> Bool {
        let gseq = entry.last.gseq
        let begin = RoomRowsChange(room: room, base: .any, rows: [], gseq: gseq, head: nil)
        guard try await rooms.log.change(begin, position: 0) else { return false }
        while try await rooms.log.clearRows(of: room, for: gseq) {}
        let rows = RoomStateRows.all(of: entry.state, after: entry.last).rows.map {
            RowChange(key: $0.key, value: $0.value)
        }
        return try await write(rows, entry, of: room, from: .changing)
    }

    /// Rows in pages, each in a transaction; only with the last do they stand somewhere.
    private func write(
        _ rows: [RowChange], _ entry: Behind, of room: UInt64, from base: RoomRowsChange.Base
    ) async throws(StoreError) -> Bool {
        var pages = RowPage.pages(of: rows)
        let last = pages.popLast() ?? []
        var base = base
        for page in pages {
            let change = RoomRowsChange(
                room: room, base: base, rows: Array(page), gseq: entry.last.gseq, head: nil)
            guard try await rooms.log.change(change, position: 0) else { return false }
            base = .changing
        }
        let position = state.withLock { $0.position(with: room) }
        let head = RoomStateRows.head(of: entry.state, after: entry.last)
        return try await rooms.log.change(
            RoomRowsChange(
                room: room, base: base, rows: Array(last), gseq: entry.last.gseq, head: head),
            position: position)
    }

    // MARK: From one process to the next

    /// Brings the rows up to the records of an earlier process, some time.
    package func catchUp() {
        state.withLock { state in
            guard let floor = state.floor, state.catchingUp == nil else { return }
            state.catchingUp = Task { await self.catchUp(from: floor) }
        }
    }

    private func catchUp(from floor: UInt64) async {
        do {
            var seen = Set<UInt64>()
            var position: UInt64? = floor
            while let next = position {
                let page = try rooms.log.roomsOfRecords(from: next)
                for (_, number) in page.elements where seen.insert(number).inserted {
                    if Task.isCancelled { return }
                    guard let room = try rooms.log.room(number), let opened = try rooms.open(room)
                    else { continue }
                    found(opened)
                    if let writing = state.withLock({ start(&$0) }) { await writing.value }
                }
                position = page.next
            }
        } catch {
            // The rooms are folded when they are asked for, and the next process tries again.
            return
        }
        state.withLock { $0.floor = nil }
    }

    /// Returns when that is done, or can't be.
    package func caughtUp() async {
        await state.withLock { $0.catchingUp }?.value
    }

    /// Writes everything that is behind, and takes no more.
    package func close() async {
        let catchingUp = state.withLock { state in
            state.timer?.cancel()
            state.catchingUp?.cancel()
            return state.catchingUp
        }
        await catchingUp?.value
        // What is being written may leave more behind.
        await flush()
        await flush()
        state.withLock { $0.isClosed = true }
    }
}
