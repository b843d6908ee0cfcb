import EventLog
import MLSCrypto
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState
import RuleBook
import TestSupport

extension FuzzTarget {
    /// A record, laid over the state of a real room: envelope, payload, events. Whoever forges a store
    /// makes its hashes right, too, so that only what the record says is left to be judged.
    ///
    /// ```
    /// struct { Envelope envelope; Payload payload; } input;
    /// ```
    package static let record = FuzzTarget(name: "record") {
        RecordInput.seeds
    } run: { (input) throws(FuzzFinding) in
        try RecordInput.isFolded(input)
    }

    /// The whole state of a room as a snapshot or a row keeps it. The first 32 bytes are the state
    /// hash that is expected; zeros stand for the one that the state has.
    package static let recordedState = FuzzTarget(name: "recorded-state") {
        RecordInput.states.compactMap { $0 }.map {
            [UInt8](repeating: 0, count: 32) + RecordedState.room($0).encoded
        }
    } run: { (input) throws(FuzzFinding) in
        guard input.count >= 32, let expected = Digest32(Array(input.prefix(32))) else {
            return false
        }
        return try RecordInput.isState(Array(input.dropFirst(32)), expected)
    }
}

private enum RecordInput {
    private static let services = RoomServices(hubKeys: [Clubhouse.hubKey])
    private static let settings = Clubhouse.Founding().settings

    /// A room's records, with people who come, go, join and are banned.
    private static let log: [[RoomEvent]] = {
        do {
            var house = try Clubhouse.usual()
            _ = try house.submit(
                house.joining(as: "eve1", [house.changing([("eve", 4)])]), by: "eve1")
            let ban = [house.changing([("bob", 1)])] + house.removals(of: "bob")
            _ = try house.submit(house.proposing(by: "alice1", ban), by: "alice1")
            try house.commit(by: "alice1")
            try house.close()
            return house.log
        } catch {
            fatalError("\(error)")
        }
    }()

    /// The state before each record; nil before the first.
    static let states: [MIMIRoom?] = {
        var states: [MIMIRoom?] = [nil]
        for events in log {
            do throws(Refusal) {
                if var room = states.last ?? nil {
                    try room.apply(events)
                    states.append(room)
                } else {
                    states.append(try MIMIRoom(startingWith: events, services))
                }
            } catch {
                fatalError("\(error)")
            }
        }
        return states
    }()

    static var seeds: [[UInt8]] {
        log.enumerated().map { number, events in
            let payload = Payload(
                source: Array("a.example".utf8), evidence: [1],
                events: events.map { Event(type: $0.kind.rawValue, schema: 1, body: $0.body) })
            var envelope = Writer()
            envelope.write(UInt8(1))
            envelope.write(UInt8(0))
            envelope.write(UInt16(1))
            envelope.write(UInt16(1))
            for value in [7, 1, UInt64(number), 1, 1] { envelope.write(value) }
            envelope.write(UInt32(payload.encoded.count))
            envelope.write(bytes: [UInt8](repeating: 0, count: 3 * Digest32.byteCount))
            return envelope.bytes + payload.encoded
        }
    }

    /// Folds the record where its roomSeq says.
    static func isFolded(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard
            let envelope = try reading(Envelope.self, Array(input.prefix(Envelope.byteCount))),
            let payload = try reading(Payload.self, Array(input.dropFirst(Envelope.byteCount)))
        else { return false }
        var events: [RoomEvent] = []
        for event in payload.events {
            guard let kind = RoomEvent.Kind(rawValue: event.type),
                let decoded = try? RoomEvent(kind, body: event.body)
            else { return false }
            try FuzzFinding.unless(decoded.body == event.body, "\(kind) is written otherwise")
            events.append(decoded)
        }
        let before = states[Int(envelope.roomSeq % UInt64(states.count))]
        guard let after = folded(events, over: before) else { return false }
        // What was folded can be kept and read again, if it is a state that a decision may lead to.
        let kept = RecordedState.room(after)
        _ = try isState(kept.encoded, kept.stateHash)
        return true
    }

    /// As ``RoomLog`` folds: what starts a room stands in its first record only.
    private static func folded(_ events: [RoomEvent], over before: MIMIRoom?) -> MIMIRoom? {
        let starts: Set<RoomEvent.Kind> = [.groupImported, .roomCreated]
        guard var room = before else {
            switch events.map(\.kind) {
            case [.groupImported]:
                _ = try? RoomState(startingWith: events[0], .plain)
                return nil
            case [.roomCreated, .groupImported]:
                return try? MIMIRoom(startingWith: events, services)
            default: return nil
            }
        }
        guard !events.isEmpty, !events.contains(where: { starts.contains($0.kind) }) else {
            return nil
        }
        do {
            try room.apply(events)
            return room
        } catch {
            return nil
        }
    }

    /// Whether the bytes are a state; zeros expect whichever it is.
    static func isState(_ bytes: [UInt8], _ expected: Digest32) throws(FuzzFinding) -> Bool {
        do throws(StateEncodingError) {
            let state = try RecordedState(encoded: bytes, expecting: expected, .plain, services)
            guard state.encoded == bytes else {
                throw .otherState(expected: expected, found: .zero)
            }
            return true
        } catch {
            guard case .otherState(expected: .zero, let found) = error, expected == .zero else {
                if case .otherState(_, .zero) = error {
                    throw FuzzFinding("a state is written otherwise")
                }
                return false
            }
            return try isState(bytes, found)
        }
    }
}
