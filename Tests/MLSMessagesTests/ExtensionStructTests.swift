import MLSMessages
import PresentationLanguage
import Testing

/// The structs of mls-extensions and the MIMI drafts, and unknown values that must survive.
@Suite struct ExtensionStructTests {
    @Test func appDataUpdate() throws {
        let update = AppDataUpdate(ComponentID(0x0022), .update([1, 2]))
        #expect(update.encoded == [0x00, 0x22, 1, 2, 1, 2])
        #expect(try AppDataUpdate(parsing: update.encoded) == update)
        let removal = AppDataUpdate(ComponentID(0x0022), .remove)
        #expect(removal.encoded == [0x00, 0x22, 2])
        #expect(try AppDataUpdate(parsing: removal.encoded) == removal)
        for operation: UInt8 in [0, 3, 255] {
            #expect(
                throws: DecodingError(.invalidValue(field: "op", value: UInt64(operation)), at: 2)
            ) {
                try AppDataUpdate(parsing: [0, 0x22, operation])
            }
        }
    }

    @Test func proposalsOfTheExtensions() throws {
        for (proposal, encoding) in [
            (Proposal.selfRemove, [0, 10]),
            (.appEphemeral(AppEphemeral(.appAck, data: [7])), [0, 9, 0, 5, 1, 7]),
            (.appDataUpdate(AppDataUpdate(.appAck, .remove)), [0, 8, 0, 5, 2]),
            (.other(ProposalType(0xf00d), [1, 2]), [0xf0, 0x0d, 2, 1, 2]),
        ] as [(Proposal, [UInt8])] {
            #expect(proposal.encoded == encoding)
            #expect(try Proposal(parsing: encoding) == proposal)
        }
    }

    @Test func dictionaryKeepsItsOrder() throws {
        let components = Dictionary(
            uniqueKeysWithValues: [5, 1, 3].map { (ComponentID($0), [UInt8($0)]) })
        let dictionary = AppDataDictionary(components)
        #expect(dictionary.entries.map(\.component.rawValue) == [1, 3, 5])
        #expect(dictionary.isSorted)
        #expect(dictionary[ComponentID(3)] == [3])
        #expect(dictionary[ComponentID(4)] == nil)
        #expect(dictionary.byComponent == components)
        #expect(try AppDataDictionary(parsing: dictionary.encoded) == dictionary)
        let twice = AppDataDictionary([.init(.appAck, data: []), .init(.appAck, data: [])])
        #expect(!twice.isSorted)
    }

    @Test func lists() throws {
        #expect(ComponentsList([.appAck]).encoded == [2, 0, 5])
        #expect(try ComponentsList(parsing: [2, 0, 5]).components == [.appAck])
        #expect(WireFormats([.welcome]).encoded == [2, 0, 3])
        #expect(try WireFormats(parsing: [2, 0, 3]).formats == [.welcome])
    }

    @Test func unknownCredentialsAndExtensions() throws {
        let credential = Credential.other(CredentialType(0x0a0a), [1])
        #expect(try Credential(parsing: credential.encoded) == credential)
        let unknown = Extension(ExtensionType(0xeaea), data: [1, 2])
        #expect(try Extension(parsing: unknown.encoded) == unknown)
        let chain = Credential.x509(certificates: [[1], [], [2, 3]])
        #expect(try Credential(parsing: chain.encoded) == chain)
    }

    @Test func treeAndGroupInfoOptions() throws {
        let options: [RatchetTreeOption] = [
            .full(RatchetTreeNodes([nil])), .httpsURI(url: [1], treeSignature: [2]),
            .outOfBand(treeSignature: [3]), .distributionService,
        ]
        for (number, option) in options.enumerated() {
            #expect(option.encoded[0] == UInt8(number + 1))
            #expect(try RatchetTreeOption(parsing: option.encoded) == option)
        }
        let partial = GroupInfoOption.partial(
            PartialGroupInfo(treePresence: .removed, extensions: [], signature: [1]))
        #expect(partial.encoded == [2, 2, 0, 1, 1])
        #expect(try GroupInfoOption(parsing: partial.encoded) == partial)
        #expect(throws: DecodingError.self) { try GroupInfoOption(parsing: [2, 4, 0, 0]) }
    }

    @Test func greaseValues() {
        let grease = (0...UInt16.max).filter { ExtensionType($0).isGREASE }
        #expect(grease == (0..<15).map { 0x0a0a + 0x1010 * $0 })
    }
}
