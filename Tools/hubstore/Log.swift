import ArgumentParser
import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog

struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the records of a store.")

    @OptionGroup var options: StoreOptions

    @Option(help: "The URI of a room, or the last part of it; default: all rooms.")
    var room: String?

    @Flag(help: "Print one JSON object per record.")
    var json = false

    func run() throws {
        let rooms = try options.open()
        do {
            var names = Dictionary(
                uniqueKeysWithValues: try rooms.all().map { ($0.number, $0.name) })
            names[Room.hub] = "(hub)"
            var selection = RoomOptions()
            selection.room = room
            let only = room == nil ? nil : try selection.selected(rooms).first
            var position: UInt64? = 0
            while let next = position {
                let page =
                    try only.map {
                        try rooms.log.records(ofRoom: $0.number, from: next, limit: 1000)
                    }
                    ?? rooms.log.records(from: next, limit: 1000)
                for record in page.elements {
                    try report(record, in: names[record.envelope.room] ?? "")
                }
                position = page.next
            }
        } catch let error as StoreError {
            throw Failure("\(error)")
        } catch let error as RoomLogError {
            throw Failure("\(error)")
        }
    }

    private func report(_ record: Record, in room: String) throws {
        let summary = try RecordSummary(record, in: room)
        if json { try emitJSON(summary) } else { try emit(printable(summary.line)) }
    }
}

/// A record as `log` lists it.
struct RecordSummary: Encodable {
    let seq: UInt64
    let room: String
    let roomSeq: UInt64
    let time: UInt64
    let kind: String
    let events: [String]
    let epoch: UInt64
    let payloadLength: UInt32
    let stateHash: String

    private enum CodingKeys: String, CodingKey {
        case seq, room, time, kind, events, epoch
        case roomSeq = "room_seq"
        case payloadLength = "payload_length"
        case stateHash = "state_hash"
    }

    init(_ record: Record, in room: String) throws {
        let envelope = record.envelope
        seq = envelope.gseq
        self.room = room
        roomSeq = envelope.roomSeq
        time = envelope.timeMs
        kind = RoomLog.RecordKind(rawValue: envelope.kind)?.name ?? "kind \(envelope.kind)"
        events =
            record.payload == nil ? ["redacted"] : try RoomLog.events(of: record).map(\.kind.name)
        epoch = envelope.epoch
        payloadLength = envelope.payloadLength
        stateHash = envelope.stateHash.description
    }

    var line: String {
        "\(seq)  \(timestamp(time))  \(room) #\(roomSeq)  "
            + "\(events.isEmpty ? kind : events.joined(separator: ", "))  "
            + "epoch \(epoch)  \(payloadLength) B  state \(stateHash)"
    }
}
