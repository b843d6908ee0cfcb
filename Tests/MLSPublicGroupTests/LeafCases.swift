import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

/// The ways in which a leaf comes into the tree.
enum LeafRoute: String, CaseIterable, Sendable {
    case add, update, path, externalPath, imported
}

/// A fault of one leaf, tried on every route on which it can occur.
private struct LeafFault: Sendable {
    let rule: Rule
    let name: String
    var routes = LeafRoute.allCases
    let edit: @Sendable (inout LeafNode) -> Void

    init(
        _ rule: Rule, _ name: String, _ routes: [LeafRoute] = LeafRoute.allCases,
        edit: @escaping @Sendable (inout LeafNode) -> Void
    ) {
        self.rule = rule
        self.name = name
        self.routes = routes
        self.edit = edit
    }
}

private let customProposal = ProposalType(0xf00d)
private let customComponent = ComponentID(0x8001)

/// The extensions and clients of a group with all kinds of demands on its leaves.
private let demandingExtensions = [
    Extension(
        .requiredCapabilities,
        data: RequiredCapabilities(
            extensions: [.appDataDictionary], proposals: [customProposal], credentials: [.basic]
        ).encoded),
    Extension(.appDataDictionary, data: listingComponents),
]
private let listingComponents = AppDataDictionary([
    ComponentData(.appComponents, data: ComponentsList([customComponent]).encoded)
]).encoded

private func capable(_ client: inout ForgedClient) {
    client.capabilities.proposals.append(customProposal)
    client.extensions = [Extension(.appDataDictionary, data: listingComponents)]
}

private func capableClient(_ name: String) -> ForgedClient {
    var client = ForgedClient(name, .x25519Aes128)
    capable(&client)
    return client
}

private var leafProfile: GroupProfile {
    var profile = GroupProfile.plain
    profile.credentials = NamedCredentials()
    return profile
}

private func demandingGroup() -> ForgedGroup {
    ForgedGroup(size: 4, extensions: demandingExtensions, profile: leafProfile, edit: capable)
}

private let faults: [LeafFault] = [
    LeafFault(.leafSignature, "a signature that is none") { $0.signature = [1, 2, 3] },
    LeafFault(.leafSignature, "an encryption_key that is none") {
        $0.encryptionKey.removeLast()
    },
    LeafFault(.leafSource, "source commit", [.add, .update]) {
        $0.source = .commit(parentHash: [])
    },
    LeafFault(.leafSource, "source update", [.add, .path, .externalPath]) { $0.source = .update },
    LeafFault(.leafSource, "source key_package", [.update, .path, .externalPath]) {
        $0.source = .keyPackage(Lifetime(notBefore: 0, notAfter: .max))
    },
    LeafFault(.requiredCapabilities, "a required proposal type is missing") {
        $0.capabilities.proposals.removeAll { $0 == customProposal }
    },
    LeafFault(.leafExtensions, "an extension that its capabilities lack") {
        $0.extensions.append(Extension(ExtensionType(0xf0b0), data: []))
    },
    LeafFault(.leafExtensions, "two extensions of a type") { $0.extensions += $0.extensions },
    LeafFault(.credentialTypes, "a credential type that others don't support") {
        $0.credential = .other(CredentialType(0xf0f0), [])
        $0.capabilities.credentials.append(CredentialType(0xf0f0))
    },
    LeafFault(.versionAndSuite, "no version") { $0.capabilities.versions = [] },
    LeafFault(.versionAndSuite, "no cipher suite") { $0.capabilities.cipherSuites = [] },
    LeafFault(.lifetime, "a lifetime that is over", [.add]) {
        $0.source = .keyPackage(Lifetime(notBefore: 0, notAfter: ForgedGroup.now / 1000 - 1))
    },
    LeafFault(.lifetime, "a lifetime that has not begun", [.add]) {
        $0.source = .keyPackage(Lifetime(notBefore: ForgedGroup.now / 1000 + 1, notAfter: .max))
    },
    LeafFault(.uniqueKeys, "a member's encryption_key", [.add, .update]) {
        $0.encryptionKey = demandingGroup().group.tree.leaf(at: 2)!.encryptionKey
    },
    LeafFault(.credential, "a certificate that is none") {
        $0.credential = .x509(certificates: [[1]])
        $0.capabilities.credentials.append(.x509)
    },
    LeafFault(.grease, "a GREASE credential type") {
        $0.credential = .other(CredentialType(0x0a0a), [])
        $0.capabilities.credentials.append(CredentialType(0x0a0a))
    },
    LeafFault(.appComponents, "a component of the group is missing") {
        let none = AppDataDictionary([
            ComponentData(.appComponents, data: ComponentsList([]).encoded)
        ])
        $0.extensions = [Extension(.appDataDictionary, data: none.encoded)]
    },
    LeafFault(.appDataDictionary, "a dictionary out of order") {
        let dictionary = AppDataDictionary([
            ComponentData(.safeAAD, data: ComponentsList([]).encoded),
            ComponentData(.appComponents, data: ComponentsList([customComponent]).encoded),
        ])
        $0.extensions = [Extension(.appDataDictionary, data: dictionary.encoded)]
    },
    LeafFault(.appDataDictionary, "a component that belongs in key packages") {
        var components = try! AppDataDictionary(parsing: listingComponents).byComponent
        components[.lastResortKeyPackage] = []
        let dictionary = AppDataDictionary(components)
        $0.extensions = [Extension(.appDataDictionary, data: dictionary.encoded)]
    },
]

/// D-10 to D-21 and D-36.
let leafCases: [RuleCase] =
    faults.flatMap { fault in fault.routes.map { leafCase(fault, on: $0) } } + [
        .handshake(.leafSignature, "a path leaf signed for another place") {
            let group = ForgedGroup(size: 4)
            var edits = CommitEdits()
            edits.leaf = { leaf in
                let content = leaf.toBeSigned(groupID: group.group.context.groupID, leafIndex: 1)
                leaf.signature = group.clients[0]!.sign("LeafNodeTBS", content)
            }
            return (group, group.commit(edits: edits))
        },
        .handshake(.lifetime, "a lifetime longer than allowed") {
            var group = ForgedGroup(size: 2)
            group.profile.maximumLifetime = 1_000
            let client = ForgedClient("new", .x25519Aes128)
            return (group, group.proposal(.add(client.keyPackage())))
        },
        .handshake(.freshLeafKey, "an Update with the old encryption_key") {
            let group = ForgedGroup(size: 2)
            let old = group.group.tree.leaf(at: 1)!.encryptionKey
            let leaf = group.updateLeaf(of: 1) { $0.encryptionKey = old }
            return (group, group.proposal(.update(leaf), by: 1))
        },
        .handshake(.freshLeafKey, "a path with the old encryption_key") {
            let group = ForgedGroup(size: 2)
            var edits = CommitEdits()
            edits.leaf = { $0.encryptionKey = group.group.tree.leaf(at: 0)!.encryptionKey }
            return (group, group.commit(edits: edits))
        },
        .handshake(.credential, "an Update to another identity") {
            let group = ForgedGroup(size: 2)
            let leaf = group.updateLeaf(of: 1) { $0.credential = .basic(identity: [1]) }
            return (group, group.proposal(.update(leaf), by: 1))
        },
        .handshake(.appComponents, "a required wire format is missing") {
            let required = Extension(
                .requiredWireFormats, data: WireFormats([WireFormat(0xf001)]).encoded)
            let supported = Extension(
                .supportedWireFormats, data: WireFormats([WireFormat(0xf001)]).encoded)
            let group = ForgedGroup(size: 2, extensions: [required]) {
                $0.capabilities.extensions += [.requiredWireFormats, .supportedWireFormats]
                $0.extensions = [supported]
            }
            var joiner = ForgedClient("new", .x25519Aes128)
            joiner.capabilities.extensions += [.requiredWireFormats, .supportedWireFormats]
            return (group, group.commit([.proposal(.add(joiner.keyPackage()))]))
        },
        .handshake(.appComponents, "members that don't list a new component of the group") {
            let group = ForgedGroup(size: 3)
            let list = ComponentsList([customComponent]).encoded
            var edits = CommitEdits()
            edits.hasPath = false
            let update = AppDataUpdate(.appComponents, .update(list))
            return (group, group.commit([.proposal(.appDataUpdate(update))], edits: edits))
        },
        .handshake(.appComponents, "a leaf that does not list its components at all") {
            var group = ForgedGroup(size: 2)
            group.profile.leavesListComponents = true
            let joiner = ForgedClient("new", .x25519Aes128)
            return (group, group.commit([.proposal(.add(joiner.keyPackage()))]))
        },
    ]

private func leafCase(_ fault: LeafFault, on route: LeafRoute) -> RuleCase {
    let name = "\(fault.name) (\(route.rawValue))"
    switch route {
    case .imported:
        return .genesis(fault.rule, name, profile: leafProfile) {
            // Two members, so that one can differ from the other.
            let creator = capableClient("client 0")
            let second = capableClient("client 1").keyPackage(edit: fault.edit).leafNode
            let first = creator.keyPackage().leafNode
            let nodes = RatchetTreeNodes([.leaf(first), nil, .leaf(second)])
            let tree = RatchetTree(nodes: nodes, hash: creator.suite.hash)
            return ForgedGroup.genesis(tree, of: creator, demandingExtensions)
        }
    case .update:
        return RuleCase(fault.rule, name) { enforcement in
            var group = demandingGroup()
            group.profile.enforcement = enforcement
            let forged = group.proposal(
                .update(group.updateLeaf(of: 1, edit: fault.edit)), by: 1)
            let first = group.decide(forged.input)
            guard case .accepted = first else { return first }
            group.accept(forged)
            return group.decide(group.commit([.reference(forged.reference)]).input)
        }
    case .add, .path, .externalPath:
        return .handshake(fault.rule, name) {
            let group = demandingGroup()
            let joiner = capableClient("new")
            var edits = CommitEdits()
            if route == .add {
                let keyPackage = joiner.keyPackage(edit: fault.edit)
                return (group, group.commit([.proposal(.add(keyPackage))]))
            }
            edits.leaf = fault.edit
            return (
                group,
                route == .path
                    ? group.commit(edits: edits) : group.externalCommit(by: joiner, edits: edits)
            )
        }
    }
}
