import EndpointMessages
import EventLog
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import TestSupport
import TransparencyLog

extension FuzzTarget {
    /// Every struct that is read from a request, a stream or the disk: the first byte of an input
    /// says which, the others are its encoding.
    package static let structs = FuzzTarget(name: "structs") {
        var seeds: [[UInt8]] = []
        for (number, decoder) in StructDecoder.all.enumerated() {
            seeds += decoder.values(UInt64(number)).map { [UInt8(number)] + $0 }
        }
        return try seeds + Messages.all().map { [0] + $0.encoded }
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first else { return false }
        let decoders = StructDecoder.all
        return try decoders[Int(first) % decoders.count].accepts(Array(input.dropFirst()))
    }
}

/// One type of ``FuzzTarget/structs``.
struct StructDecoder: Sendable {
    let accepts: @Sendable ([UInt8]) throws(FuzzFinding) -> Bool
    /// Some values, found from a seed.
    let values: @Sendable (_ seed: UInt64) -> [[UInt8]]

    private init<T: TLSCodable & SendableMetatype>(_ type: T.Type) {
        accepts = { (bytes) throws(FuzzFinding) in try reading(T.self, bytes) != nil }
        values = { seed in
            var search = SeedSearch(seed: seed)
            return search.values(of: T.self, count: 3)
        }
    }

    /// MLSMessage first, of which there are real ones among the seeds.
    static let all: [StructDecoder] = [.init(MLSMessage.self)] + mls + mimi + components + stored

    private static let mls: [StructDecoder] = [
        .init(AppDataDictionary.self), .init(AppDataUpdate.self), .init(AuthenticatedContent.self),
        .init(Capabilities.self), .init(Commit.self), .init(ComponentsList.self),
        .init(Credential.self), .init(Extension.self), .init(ExternalPub.self),
        .init(ExternalSenders.self), .init(FramedContent.self), .init(GroupContext.self),
        .init(GroupInfo.self), .init(GroupInfoOption.self), .init(GroupSecrets.self),
        .init(HPKECiphertext.self), .init(KeyPackage.self), .init(LeafNode.self),
        .init(Node.self), .init(ParentNode.self), .init(PartialGroupInfo.self),
        .init(PreSharedKeyID.self), .init(PrivateMessage.self), .init(Proposal.self),
        .init(ProposalOrRef.self), .init(PublicMessage.self), .init(RatchetTreeNodes.self),
        .init(RatchetTreeOption.self), .init(ReInit.self), .init(RequiredCapabilities.self),
        .init(Sender.self), .init(SenderData.self), .init(UpdatePath.self), .init(Welcome.self),
        .init(WireFormats.self),
    ]

    private static let mimi: [StructDecoder] = [
        .init(ClientKeyMaterial.self), .init(ConsentEntry.self), .init(FanoutMessage.self),
        .init(Frank.self), .init(FrankAAD.self), .init(FrankingIntegrityTBS.self),
        .init(GroupInfoRatchetTreeTBE.self), .init(GroupInfoRequest.self),
        .init(GroupInfoResponse.self), .init(HandshakeBundle.self), .init(KeyMaterialRequest.self),
        .init(KeyMaterialResponse.self), .init(PendingProposalEntry.self),
        .init(ServerFrankingContext.self), .init(SubmitMessageRequest.self),
        .init(SubmitMessageResponse.self), .init(UpdateRoomResponse.self),
    ]

    private static let components: [StructDecoder] = [
        .init(AppAck.self), .init(BaseRoomPolicy.self), .init(BotPolicy.self),
        .init(ChatHistoryPolicy.self), .init(Claim.self), .init(JoinLinkPolicy.self),
        .init(JoinLinks.self), .init(JoinLinksUpdate.self), .init(LinkPreviewPolicy.self),
        .init(LoggingPolicy.self), .init(MediaType.self), .init(MessageExpirationPolicy.self),
        .init(ParticipantList.self), .init(ParticipantListUpdate.self),
        .init(PendingProposalPolicy.self), .init(Role.self), .init(RolesList.self),
        .init(RoomMetadata.self), .init(StatusNotificationPolicy.self), .init(Text.self),
        .init(TimeRange.self), .init(UserRolePair.self),
    ]

    private static let stored: [StructDecoder] = [
        .init(Envelope.self), .init(Payload.self), .init(Event.self), .init(Head.self),
        .init(MerkleFrontier.self), .init(RoomRow.self), .init(Redaction.self),
        .init(StreamHeader.self), .init(StreamedRoom.self), .init(StreamedRecord.self),
        .init(StreamedStatus.self), .init(StreamedRow.self), .init(ProjectionState.self),
        .init(RowDigest.self), .init(TimestampedSignature.self), .init(StateParts.self),
        .init(FullTree.self), .init(GroupParts.self), .init(GroupChange.self),
        .init(GroupImported.self), .init(HubProposal.self), .init(PendingProposal.self),
        .init(TreeChange.self), .init(GroupInfoParts.self), .init(GroupGenesis.self),
        .init(GroupHandshake.self), .init(RoomFounding.self), .init(RoomSettings.self),
        .init(ParentReading.self), .init(RedactedPlaces.self),
    ]
}

/// Messages of a small group's first epochs, one of each kind.
enum Messages {
    static func all() throws -> [MLSMessage] {
        var party = try Party(size: 3, name: "fuzz")
        let joiner = try Party.client("fuzz joiner", .x25519Aes128)
        let package = try Party.keyPackage(joiner)
        var messages: [MLSMessage] = [
            .keyPackage(package.keyPackage), .groupInfo(try party.members[0].groupInfo()),
        ]
        let proposals: [Proposal] = [
            .add(package.keyPackage), .remove(leaf: 2), .selfRemove,
            .appDataUpdate(AppDataUpdate(ComponentID(0x8001), .update([1]))),
            .appEphemeral(.init(.appAck, data: [0])),
        ]
        for proposal in proposals {
            messages.append(try party.members[1].propose(proposal).message)
        }
        let made = try party.members[0].commit(CommitOptions([.add(package.keyPackage)]))
        messages.append(made.message)
        if let welcome = made.welcome { messages.append(.welcome(welcome)) }
        messages.append(try party.members[1].encrypt([1, 2, 3]))
        return messages
    }
}
