import EndpointMessages
import MLSCrypto
import MLSMessages
import PresentationLanguage
import Testing

/// The bodies of the MIMI endpoints against bytes that were written out by hand from the schemas.
@Suite struct EndpointMessagesTests {
    // MARK: Submitted messages

    @Test func submitMessageRequest() throws {
        try expect(
            SubmitMessageRequest(message: Sample.application, sendingURI: Array("m:a".utf8)),
            is: "01" + Sample.applicationHex + "036d3a61")
        // Not for the decoder to refuse
        try expect(
            SubmitMessageRequest(message: Sample.commit, sendingURI: []),
            is: "01" + Sample.commitHex + "00")
    }

    @Test func submitMessageResponse() throws {
        try expect(
            SubmitMessageResponse.accepted(acceptedTimestamp: 0x0102_0304_0506_0708, frank: nil),
            is: "01" + "00" + "0102030405060708" + "00")
        try expect(
            SubmitMessageResponse.accepted(acceptedTimestamp: 9, frank: Sample.frank),
            is: "01" + "00" + "0000000000000009" + "01" + Sample.frankHex)
        try expect(SubmitMessageResponse.notAllowed, is: "01" + "01")
        try expect(
            SubmitMessageResponse.epochTooOld(currentEpoch: 10),
            is: "01" + "02" + "000000000000000a")
        for code: UInt8 in [3, 255] {
            expectRefusal(SubmitMessageResponse.self, [1, code], "statusCode", code, at: 1)
        }
        #expect(throws: DecodingError(.invalidPresence(2), at: 10)) {
            try SubmitMessageResponse(parsing: [1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 2])
        }
    }

    // MARK: Franking

    @Test func frank() throws {
        try expect(Sample.frank, is: Sample.frankHex)
        let context = ServerFrankingContext(
            senderURI: Array("m:a".utf8), roomURI: Array("m:r".utf8), acceptedTimestamp: 256)
        let contextHex = "036d3a61" + "036d3a72" + "0000000000000100"
        try expect(context, is: contextHex)
        try expect(
            FrankingIntegrityTBS(
                serverFrank: Sample.digest, cipherSuite: CipherSuiteID(2), context: context),
            is: Sample.digestHex + "0002" + contextHex)
        #expect(FrankingIntegrityTBS.label == "FrankingIntegrityTBS")
    }

    @Test func frankAAD() throws {
        try expect(FrankAAD(frankingTag: Sample.digest), is: Sample.digestHex)
        let tag = ComponentData(.frankAAD, data: Sample.digest.bytes)
        let other = ComponentData(.appAck, data: [0])
        func read(_ authenticatedData: [UInt8]) -> FrankAAD? {
            FrankAAD(in: Sample.privateMessage(.application, authenticatedData))
        }
        for entries in [[tag], [other, tag]] {
            #expect(read(SafeAAD(entries).encoded)?.frankingTag == Sample.digest)
        }
        let short = ComponentData(.frankAAD, data: Array(Sample.digest.bytes.dropLast()))
        let long = ComponentData(.frankAAD, data: Sample.digest.bytes + [0])
        for entries in [[], [other], [short], [long], [tag, other], [tag, tag]] {
            #expect(read(SafeAAD(entries).encoded) == nil)
        }
        #expect(read([]) == nil)
        #expect(read(SafeAAD([tag]).encoded + [0]) == nil)
    }

    // MARK: Fanout

    @Test func fanoutMessage() throws {
        let rests = [
            Sample.applicationHex + "00",
            Sample.applicationHex + "01" + Sample.frankHex,
            "0001" + "0003" + "0001" + "00" + "01aa" + "03" + "01ee",
            Sample.proposalHex + "1d" + Sample.proposalHex,
            Sample.commitHex + "00",
            Sample.commitHex + "3a" + Sample.proposalHex + Sample.proposalHex,
        ]
        #expect(Sample.fanout.count == rests.count)
        for (message, rest) in zip(Sample.fanout, rests) {
            try expect(message, is: "0000000000000007" + rest)
        }
    }

    @Test func fanoutMessagesAreConcatenated() throws {
        let body = Sample.fanout.flatMap(\.encoded)
        #expect(try FanoutMessage.list(parsing: body) == Sample.fanout)
        #expect(try FanoutMessage.list(parsing: []) == [])
        #expect(throws: DecodingError(.truncated(needed: 8, available: 1), at: body.count)) {
            try FanoutMessage.list(parsing: body + [0])
        }
        let small = DecodingLimits(depth: 16, size: body.count - 1)
        #expect(throws: DecodingError(.tooLarge(body.count), at: 0)) {
            try FanoutMessage.list(parsing: body, limits: small)
        }
    }

    @Test func fanoutRefusesOtherMessages() {
        for (message, field, value) in [
            (.privateMessage(Sample.privateMessage(.proposal)), "content_type", 2),
            (.privateMessage(Sample.privateMessage(.commit)), "content_type", 3),
            (Sample.publicMessage(.application([1])), "content_type", 1),
            (.groupInfo(Sample.groupInfo), "wire_format", 4),
            (.keyPackage(Sample.keyPackage), "wire_format", 5),
        ] as [(MLSMessage, StaticName, UInt8)] {
            let bytes = UInt64(7).encoded + message.encoded + [0]
            expectRefusal(FanoutMessage.self, bytes, field, value, at: 8)
        }
    }

    // MARK: Key material

    @Test func keyMaterialRequest() throws {
        var request = Sample.keyMaterialRequest
        let signed =
            "01" + "0161" + "0162" + "0172" + "0400010002"
            + "020006" + "00" + "020001" + "01cc" + "0001" + "0178"
        try expect(request, is: signed + "02eeff")
        #expect(request.toBeSigned == bytes(hex: signed))
        #expect(KeyMaterialRequest.label == "KeyMaterialRequestTBS")
        request.roomID = []
        try expect(request, is: signed.replacing("0172", with: "00") + "02eeff")
        request.cipherSuites = []
        expectRefusal(KeyMaterialRequest.self, request.encoded, "acceptableCiphersuites", 0, at: 6)
    }

    @Test func keyMaterialResponse() throws {
        let codes: [KeyMaterialUserCode] = [
            .success, .partialSuccess, .incompatibleProtocol, .noCompatibleMaterial,
            .userUnknown, .noConsent, .noConsentForThisRoom, .userDeleted,
        ]
        for (number, code) in codes.enumerated() {
            try expect(
                KeyMaterialResponse(userStatus: code, userURI: [0x61]),
                is: "01" + "0\(number)" + "0161" + "00")
        }
        try expect(
            KeyMaterialResponse(
                userStatus: .partialSuccess, userURI: [0x61],
                clients: [
                    ClientKeyMaterial(clientURI: [0x63], status: .keyMaterialExhausted),
                    ClientKeyMaterial(clientURI: [0x64], status: .nothingCompatible(nil)),
                ]),
            is: "01" + "01" + "0161" + "07" + "010163" + "02016400")
        for code: UInt8 in [8, 255] {
            expectRefusal(KeyMaterialResponse.self, [1, code, 0, 0], "userStatus", code, at: 1)
        }
        #expect(throws: DecodingError.self) { try KeyMaterialResponse(parsing: [1, 0, 0, 1, 1]) }
    }

    @Test func clientKeyMaterial() throws {
        for (status, code, rest) in [
            (.success(Sample.keyPackage), "00", Sample.keyPackageHex),
            (.keyMaterialExhausted, "01", ""),
            (.nothingCompatible(nil), "02", "00"),
            (.nothingCompatible(Sample.capabilities), "02", "01" + Sample.capabilitiesHex),
        ] as [(ClientKeyMaterial.Status, String, String)] {
            try expect(
                ClientKeyMaterial(clientURI: [0x63], status: status), is: code + "0163" + rest)
        }
        for code: UInt8 in [3, 255] {
            expectRefusal(ClientKeyMaterial.self, [code, 0], "clientStatus", code, at: 0)
        }
    }

    // MARK: GroupInfo

    @Test func groupInfoRequest() throws {
        var request = Sample.groupInfoRequest
        let start = "01" + "0001" + "01cc" + "0001" + "0178" + "01bb"
        try expect(request, is: start + "00" + "02eeff")
        #expect(request.toBeSigned == bytes(hex: start + "00"))
        request.joiningCode = [0x35, 0x37]
        try expect(request, is: start + "01" + "023537" + "02eeff")
        #expect(request.toBeSigned == bytes(hex: start + "01" + "023537"))
        request.joiningCode = []
        try expect(request, is: start + "01" + "00" + "02eeff")
        #expect(GroupInfoRequest.label == "GroupInfoRequestTBS")
    }

    @Test func groupInfoResponse() throws {
        let success = Sample.groupInfoResponse
        let signed = "01" + "0172" + "01" + "0001" + "01cc" + "0001" + "0178" + "01aa" + "02bbcc"
        try expect(success, is: signed + "02eeff")
        #expect(success.toBeSigned == bytes(hex: signed))
        #expect(GroupInfoResponse.label == "GroupInfoResponseTBS")
        try expect(
            GroupInfoResponse(roomID: [0x72], status: .notAuthorized), is: "01" + "0172" + "02")
        try expect(GroupInfoResponse(roomID: [], status: .noSuchRoom), is: "01" + "00" + "03")
        for code: UInt8 in [0, 4, 255] {
            expectRefusal(GroupInfoResponse.self, [1, 1, 0x72, code], "status", code, at: 3)
        }
    }

    @Test func groupInfoRatchetTreeTBE() throws {
        let entry = PendingProposalEntry(message: Sample.proposal, acceptedTimestamp: 8)
        try expect(entry, is: Sample.proposalHex + "0000000000000008")
        func payload(_ tree: RatchetTreeOption, _ pending: [PendingProposalEntry])
            -> GroupInfoRatchetTreeTBE
        {
            .init(groupInfo: Sample.groupInfo, tree: tree, pendingProposals: pending)
        }
        try expect(payload(.distributionService, []), is: Sample.groupInfoHex + "04" + "00")
        try expect(
            payload(.full(RatchetTreeNodes([nil])), [entry]),
            is: Sample.groupInfoHex + "01" + "0100" + "25" + hex(entry.encoded))
        #expect(GroupInfoRatchetTreeTBE.label == "GroupInfo and ratchet_tree encryption")
    }

    // MARK: Consent

    @Test func consentEntry() throws {
        let (alice, bob) = (Array("m:a".utf8), Array("m:b".utf8))
        let uris = "036d3a61" + "036d3a62"
        func entry(
            _ operation: ConsentOperation, room: [UInt8]? = nil, _ packages: [KeyPackage] = [],
            _ extensions: [ComponentData] = []
        ) -> ConsentEntry {
            ConsentEntry(
                operation: operation, requesterURI: alice, targetURI: bob, roomID: room,
                clientKeyPackages: packages, extensions: AppDataDictionary(extensions))
        }
        let (ack, package) = ([ComponentData(.appAck, data: [9])], Sample.keyPackage)
        for (entry, encoding) in [
            (entry(.cancel), "00" + uris + "00" + "00"),
            (entry(.request), "01" + uris + "00" + "00"),
            (entry(.request, room: [0x72], [], ack), "01" + uris + "010172" + "0400050109"),
            (entry(.grant), "02" + uris + "00" + "00" + "00"),
            (
                entry(.grant, room: [0x72], [package, package], ack),
                "02" + uris + "010172" + "4060" + Sample.keyPackageHex + Sample.keyPackageHex
                    + "0400050109"
            ),
            (entry(.revoke, room: []), "03" + uris + "0100" + "00"),
        ] {
            try expect(entry, is: encoding)
        }
        for code: UInt8 in [4, 255] {
            expectRefusal(ConsentEntry.self, [code, 0, 0, 0, 0], "consentOperation", code, at: 0)
        }
    }

    // MARK: The protocol octet

    @Test func onlyMLS10IsRead() throws {
        func check<T: TLSCodable>(_ value: T) {
            let encoding = value.encoded
            #expect(encoding[0] == 1)
            for octet: UInt8 in [0, 2, 255] {
                expectRefusal(T.self, [octet] + encoding.dropFirst(), "protocol", octet, at: 0)
            }
        }
        check(SubmitMessageRequest(message: Sample.application, sendingURI: []))
        check(SubmitMessageResponse.notAllowed)
        check(Sample.keyMaterialRequest)
        check(KeyMaterialResponse(userStatus: .success, userURI: []))
        check(Sample.groupInfoRequest)
        check(Sample.groupInfoResponse)
        check(EndToEndProtocol.mls10)
    }
}

/// The value has this encoding, which is read again, and with a byte more or fewer bytes is not.
private func expect<T: TLSCodable & Equatable>(
    _ value: T, is encoding: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(hex(value.encoded) == encoding, sourceLocation: sourceLocation)
    let encoded = value.encoded
    let again = try T(parsing: encoded)
    #expect(again == value, sourceLocation: sourceLocation)
    #expect(
        throws: DecodingError(.trailingBytes(1), at: encoded.count), sourceLocation: sourceLocation
    ) { try T(parsing: encoded + [0]) }
    for count in 0..<encoded.count {
        #expect(throws: DecodingError.self, sourceLocation: sourceLocation) {
            try T(parsing: Array(encoded.prefix(count)))
        }
    }
}

private func expectRefusal<T: TLSCodable>(
    _ type: T.Type, _ bytes: [UInt8], _ field: StaticName, _ value: UInt8, at offset: Int,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(
        throws: DecodingError(.invalidValue(field: field, value: UInt64(value)), at: offset),
        sourceLocation: sourceLocation
    ) { try T(parsing: bytes) }
}

/// Values as small as the schemas allow, with their encodings.
private enum Sample {
    static let digest = Digest32(0..<32)!
    static let digestHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    static let frank = Frank(
        serverFrank: digest, cipherSuite: CipherSuiteID(2), integritySignature: [0xab, 0xcd])
    static let frankHex = digestHex + "0002" + "02abcd"

    static let credential = Credential.basic(identity: [0x78])
    static let capabilities = Capabilities(
        versions: [.mls10], cipherSuites: [CipherSuiteID(1)], extensions: [], proposals: [],
        credentials: [.basic])
    static let capabilitiesHex = "020001" + "020001" + "00" + "00" + "020001"

    static let keyPackage = KeyPackage(
        version: .mls10, cipherSuite: CipherSuiteID(1), initKey: [0xaa],
        leafNode: LeafNode(
            encryptionKey: [0xbb], signatureKey: [0xcc], credential: credential,
            capabilities: capabilities,
            source: .keyPackage(Lifetime(notBefore: 1, notAfter: 2)), extensions: [],
            signature: [0xdd]),
        extensions: [], signature: [0xee])
    static let keyPackageHex =
        "0001" + "0001" + "01aa" + "01bb" + "01cc" + "0001" + "0178" + capabilitiesHex
        + "01" + "0000000000000001" + "0000000000000002" + "00" + "01dd" + "00" + "01ee"

    static let groupInfo = GroupInfo(
        groupContext: GroupContext(
            version: .mls10, cipherSuite: CipherSuiteID(1), groupID: [0x67], epoch: 3,
            treeHash: [0xaa], confirmedTranscriptHash: [], extensions: []),
        extensions: [], confirmationTag: [0xbb], signer: 0, signature: [0xcc])
    static let groupInfoHex =
        "0001" + "0001" + "0167" + "0000000000000003" + "01aa" + "00" + "00"
        + "00" + "01bb" + "00000000" + "01cc"

    static func privateMessage(
        _ type: ContentType, _ authenticatedData: [UInt8] = []
    ) -> PrivateMessage {
        PrivateMessage(
            groupID: [0x67], epoch: 3, contentType: type, authenticatedData: authenticatedData,
            encryptedSenderData: [0xaa], ciphertext: [0xbb, 0xcc])
    }

    static let application = MLSMessage.privateMessage(privateMessage(.application))
    static let applicationHex =
        "0001" + "0002" + "0167" + "0000000000000003" + "01" + "00" + "01aa" + "02bbcc"

    static func publicMessage(_ body: FramedContent.Body) -> MLSMessage {
        .publicMessage(
            PublicMessage(
                content: FramedContent(
                    groupID: [0x67], epoch: 3, sender: .external(index: 0), authenticatedData: [],
                    body: body),
                auth: FramedContentAuthData(
                    signature: [0xdd], confirmationTag: body.type == .commit ? [0xee] : nil),
                membershipTag: nil))
    }

    static let proposal = publicMessage(.proposal(.remove(leaf: 1)))
    static let proposalHex =
        "0001" + "0001" + "0167" + "0000000000000003" + "02" + "00000000" + "00"
        + "02" + "0003" + "00000001" + "01dd"
    static let commit = publicMessage(.commit(Commit(proposals: [], path: nil)))
    static let commitHex =
        "0001" + "0001" + "0167" + "0000000000000003" + "02" + "00000000" + "00"
        + "03" + "00" + "00" + "01dd" + "01ee"

    static let fanout = [
        FanoutMessage(timestamp: 7, application, .application(nil)),
        FanoutMessage(timestamp: 7, application, .application(frank)),
        FanoutMessage(
            timestamp: 7,
            .welcome(
                Welcome(cipherSuite: CipherSuiteID(1), secrets: [], encryptedGroupInfo: [0xaa])),
            .welcome(.outOfBand(treeSignature: [0xee]))),
        FanoutMessage(timestamp: 7, proposal, .proposal(moreProposals: [proposal])),
        FanoutMessage(timestamp: 7, commit, .commit(externalProposals: [])),
        FanoutMessage(timestamp: 7, commit, .commit(externalProposals: [proposal, proposal])),
    ]

    static let keyMaterialRequest = KeyMaterialRequest(
        requestingUser: [0x61], targetUser: [0x62], roomID: [0x72],
        cipherSuites: [CipherSuiteID(1), CipherSuiteID(2)],
        requiredCapabilities: RequiredCapabilities(
            extensions: [ExtensionType(6)], credentials: [.basic]),
        signatureKey: [0xcc], credential: credential, signature: [0xee, 0xff])

    static let groupInfoRequest = GroupInfoRequest(
        cipherSuite: CipherSuiteID(1), requestingSignatureKey: [0xcc],
        requestingCredential: credential, groupInfoPublicKey: [0xbb], joiningCode: nil,
        signature: [0xee, 0xff])

    static let groupInfoResponse = GroupInfoResponse(
        roomID: [0x72],
        status: .success(
            GroupInfoResponse.Success(
                cipherSuite: CipherSuiteID(1),
                hubSender: ExternalSender(signatureKey: [0xcc], credential: credential),
                encrypted: HPKECiphertext(kemOutput: [0xaa], ciphertext: [0xbb, 0xcc]),
                signature: [0xee, 0xff])))
}
