import PresentationLanguage

/// RFC 9420 §6
package enum ContentType: UInt8, Sendable {
    case application = 1
    case proposal = 2
    case commit = 3
}

/// ```
/// struct {
///     opaque group_id<V>;
///     uint64 epoch;
///     Sender sender;
///     opaque authenticated_data<V>;
///     ContentType content_type;
///     select (FramedContent.content_type) {
///         case application: opaque application_data<V>;
///         case proposal:    Proposal proposal;
///         case commit:      Commit commit;
///     };
/// } FramedContent;
/// ```
/// RFC 9420 §6
package struct FramedContent: TLSCodable, Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case application([UInt8])
        case proposal(Proposal)
        case commit(Commit)

        package var type: ContentType {
            switch self {
            case .application: .application
            case .proposal: .proposal
            case .commit: .commit
            }
        }
    }

    package var groupID: [UInt8]
    package var epoch: UInt64
    package var sender: Sender
    package var authenticatedData: [UInt8]
    package var body: Body

    package init(
        groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8], body: Body
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.body = body
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        groupID = try reader.readOpaque()
        epoch = try reader.readUInt64()
        sender = try Sender(from: &reader)
        authenticatedData = try reader.readOpaque()
        body = try Body(from: &reader, as: reader.readEnum("content_type"))
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: groupID)
        writer.write(epoch)
        sender.write(to: &writer)
        writer.write(opaque: authenticatedData)
        writer.write(body.type.rawValue)
        body.write(to: &writer)
    }

    /// `FramedContentTBS`: what the message signature covers. `context` is the encoded GroupContext,
    /// which only the signatures of members and of joiners by external commit cover.
    package func toBeSigned(wireFormat: WireFormat, context: [UInt8]) -> [UInt8] {
        var writer = Writer(reserving: context.count + 512)
        ProtocolVersion.mls10.write(to: &writer)
        wireFormat.write(to: &writer)
        write(to: &writer)
        switch sender {
        case .member, .newMemberCommit: writer.write(bytes: context)
        case .external, .newMemberProposal: break
        }
        return writer.bytes
    }
}

extension FramedContent.Body {
    /// Reads what follows a content_type.
    init(from reader: inout Reader, as type: ContentType) throws(DecodingError) {
        switch type {
        case .application: self = .application(try reader.readOpaque())
        case .proposal: self = .proposal(try Proposal(from: &reader))
        case .commit: self = .commit(try Commit(from: &reader))
        }
    }

    func write(to writer: inout Writer) {
        switch self {
        case .application(let data): writer.write(opaque: data)
        case .proposal(let proposal): proposal.write(to: &writer)
        case .commit(let commit): commit.write(to: &writer)
        }
    }
}
