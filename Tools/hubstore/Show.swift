import ArgumentParser
import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import RoomLog
import RoomState

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows one record of a store.")

    @Argument(help: "The number of the record in the log, from 0.")
    var seq: UInt64

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let rooms = try options.open()
        do {
            guard let record = try rooms.log.record(at: seq) else {
                throw Failure("record \(seq) does not exist")
            }
            let room = try rooms.log.room(record.envelope.room)
            let detail = try RecordDetail(
                summary: RecordSummary(record, in: room?.name ?? ""), record)
            if json { try emitJSON(detail) } else { try emit(detail.lines) }
        } catch let error as StoreError {
            throw Failure("\(error)")
        } catch let error as RoomLogError {
            throw Failure("\(error)")
        }
    }
}

/// A record with all that it holds.
private struct RecordDetail: Encodable {
    let record: RecordSummary
    let envelopeHash: String
    let previous: String
    let payloadCommitment: String
    let source: String
    let evidence: String
    let events: [[String: String]]
    let redactedBy: UInt64?

    private enum CodingKeys: String, CodingKey {
        case record, previous, source, evidence, events
        case redactedBy = "redacted_by"
        case envelopeHash = "envelope_hash"
        case payloadCommitment = "payload_commitment"
    }

    init(summary: RecordSummary, _ record: Record) throws {
        self.record = summary
        envelopeHash = record.envelope.hash.description
        previous = record.envelope.previous.description
        payloadCommitment = record.envelope.payloadCommitment.description
        switch record.content {
        case .whole(let payload):
            source = String(decoding: payload.source, as: UTF8.self)
            evidence = hex(payload.evidence)
            events = zip(try RoomLog.events(of: record), payload.events).map {
                ["event": $0.kind.name, "detail": $0.summary, "body": hex($1.body)]
            }
            redactedBy = nil
        case .redacted(let by):
            (source, evidence, events, redactedBy) = ("", "", [], by)
        }
    }

    var lines: String {
        var lines = [
            record.line, "envelope hash      \(envelopeHash)", "previous in room   \(previous)",
            "payload commitment \(payloadCommitment)",
        ]
        if let redactedBy {
            lines.append("redacted           as record \(redactedBy) says")
            return lines.map(printable).joined(separator: "\n")
        }
        lines += [
            "source             \(source.isEmpty ? "-" : source)",
            "evidence           \(evidence)",
        ]
        for event in events {
            lines.append("event              \(event["event"] ?? ""): \(event["detail"] ?? "")")
        }
        return lines.map(printable).joined(separator: "\n")
    }
}

extension RoomEvent {
    /// What happened, in a few words.
    fileprivate var summary: String {
        switch self {
        case .groupImported(let event):
            "group \(hex(event.context.groupID)) at epoch \(event.context.epoch)"
        case .proposalQueued(let event):
            "\(event.proposal.type.name) by \(event.sender.name), ref \(hex(event.reference))"
        case .commitAccepted(let event):
            "epoch \(event.epoch), \(event.tree.nodes.count) nodes changed, "
                + "tree hash \(hex(event.treeHash))"
        case .roomClosed:
            "nothing happens in it any more"
        case .roomCreated(let settings):
            "\(settings.room), hub \(settings.hub)"
        case .proposalVoided(let reference):
            "ref \(hex(reference))"
        case .hubProposalIssued(let event):
            "\(event.proposal.proposal.type.name), ref \(hex(event.proposal.reference))"
        case .participantAdded(let pair), .roleChanged(let pair):
            "\(String(decoding: pair.user, as: UTF8.self)), role \(pair.role)"
        case .participantRemoved(let user):
            String(decoding: user, as: UTF8.self)
        case .metadataChanged:
            ""
        case .policyChanged(let component):
            "component \(component)"
        case .payloadsRedacted(let redacted):
            "#\(redacted.places.lowerBound) to #\(redacted.places.upperBound)"
        }
    }
}
