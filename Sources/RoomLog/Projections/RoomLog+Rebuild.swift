import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomState

/// A version of a projection that was made anew, and took the place of another.
package struct RebuiltProjection: Hashable, Sendable {
    package let version: UInt64
    /// Of the rows that were in use.
    package let oldDigest: RowDigest
    /// Of those that were made from the records.
    package let newDigest: RowDigest

    /// Whether the old rows were right. Those of room states may differ where they are behind by more
    /// or fewer records.
    package var isSame: Bool { oldDigest == newDigest }
}

/// Making a projection's rows anew from the records while the old ones are in use and the hub goes on.
extension RoomLog {
    /// Builds the next version room by room, in short transactions, and puts it in use. Where an earlier
    /// process stopped it goes on; nil if the task was cancelled, which leaves it to be gone on with, or if
    /// ``cancelRebuild(_:)`` gave it up.
    package func rebuild(
        _ projection: Projection
    ) async throws(RoomLogError) -> RebuiltProjection? {
        do {
            var state = try await log.beginBuilding(projection)
            while !Task.isCancelled {
                guard let room = try log.room(state.rooms + 1) else {
                    switch try await log.finishBuilding(projection) {
                    case .unfinished: continue
                    case .notBuilding: return nil
                    case .inUse(let version, let oldDigest, let newDigest):
                        while try await log.clear(projection) {}
                        return RebuiltProjection(
                            version: version, oldDigest: oldDigest, newDigest: newDigest)
                    }
                }
                let isBuilt =
                    projection == .roomState
                    ? try await buildState(of: room)
                    : try await build(projection, room, partial: state.partial)
                guard isBuilt, let next = try log.state(of: projection) else { return nil }
                state = next
            }
            return nil
        } catch let error as StoreError {
            throw .store(error)
        } catch let error as RoomLogError {
            throw error
        } catch {
            preconditionFailure("an error of another kind: \(error)")
        }
    }

    /// Builds the next version of all projections.
    @discardableResult
    package func rebuildAll() async throws(RoomLogError) -> [Projection: RebuiltProjection] {
        var rebuilt: [Projection: RebuiltProjection] = [:]
        for projection in Projection.allCases {
            rebuilt[projection] = try await rebuild(projection)
        }
        return rebuilt
    }

    /// Gives a half-built version up and deletes its rows.
    package func cancelRebuild(_ projection: Projection) async throws(RoomLogError) {
        do {
            try await log.cancelBuilding(projection)
            while try await log.clear(projection) {}
        } catch {
            throw .store(error)
        }
    }

    // MARK: Rows that change with the records

    private typealias Rows = [[UInt8]: [UInt8]]

    private func rows(of projection: Projection, _ folded: FoldedRoom?) -> Rows {
        guard let room = folded?.state.room else { return [:] }
        return Rows(
            InlineRows.rows(of: projection, in: room).map { ($0.key, $0.value) },
            uniquingKeysWith: { $1 })
    }

    /// Whether it is still built. Rows of the room that are there in part, `partial` less one being the
    /// record that they follow from, are taken out first.
    private func build(
        _ projection: Projection, _ room: Room, partial: UInt64
    ) async throws -> Bool {
        if partial > 0 {
            let old = rows(of: projection, try fold(room, through: partial - 1))
            for page in RowPage.pages(of: RowChange.changes(from: old, to: [:])) {
                let part = BuildPage(
                    room: room.number, rows: Array(page), part: .some(gseq: partial - 1))
                guard try await log.build(projection, part) == .written else { return false }
            }
        }
        guard var folded = try fold(room) else { return false }
        var current = rows(of: projection, folded)
        var pages = RowPage.pages(of: RowChange.changes(from: [:], to: current))
        var last = Array(pages.popLast() ?? [])
        for page in pages {
            let part = BuildPage(
                room: room.number, rows: Array(page), part: .some(gseq: folded.last.gseq))
            guard try await log.build(projection, part) == .written else { return false }
        }
        while true {
            let part = BuildPage(
                room: room.number, rows: last, part: .last(roomSeq: folded.last.roomSeq))
            switch try await log.build(projection, part) {
            case .written: return true
            case .notBuilding: return false
            case .roomMoved: break
            }
            // What the records since then changed goes with the last page.
            guard let next = try fold(room, from: folded) else { return false }
            let target = rows(of: projection, next)
            last += RowChange.changes(from: current, to: target)
            (folded, current) = (next, target)
        }
    }

    // MARK: Rows of states

    private func buildState(of room: Room) async throws -> Bool {
        await stateRows.acquire()
        do {
            let isBuilt = try await buildStateHoldingLock(of: room)
            await stateRows.release()
            return isBuilt
        } catch {
            await stateRows.release()
            throw error
        }
    }

    /// The rows of where those in use stand, so that what is written behind fits both.
    private func buildStateHoldingLock(of room: Room) async throws -> Bool {
        while try await log.unbuild(.roomState, beginning: room.number.encoded) {}
        let stand = try log.roomRows(of: room.number)?.head.gseq
        guard let folded = try fold(room, through: stand) else { return false }
        let all = RoomStateRows.all(of: folded.state, after: folded.last)
        var pages = RowPage.pages(
            of: all.rows.map { RowChange(key: $0.key, value: $0.value) })
        let last = pages.popLast() ?? []
        for page in pages {
            let part = BuildPage(
                room: room.number, rows: Array(page), part: .some(gseq: folded.last.gseq))
            guard try await log.build(.roomState, part) == .written else { return false }
        }
        let head = RowChange(key: room.number.encoded, value: all.head.encoded)
        let part = BuildPage(room: room.number, rows: last + [head], part: .final)
        return try await log.build(.roomState, part) == .written
    }
}
