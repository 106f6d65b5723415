import AudioFiles
import DSP
import Platform
import Processors
import Quantities
public import RenderPlan
import Renderer
public import SessionModel
import Tables

/// One thing that a render makes, known before anything is opened for writing: a mix, a master, a file, a verdict.
public struct Job: Hashable, Sendable {
  public enum ID: Hashable, Sendable, CustomStringConvertible {
    /// The main mix or a version of it; `isWritten`: of the session as it is written, beside an audition.
    case mix(version: String?, isWritten: Bool)
    /// What comes of a mix at a master's end, at a rate and with the channels of its files.
    case master(MasterOwner, version: String?, isWritten: Bool, rate: Int, isMono: Bool)
    /// The master that a lossy deliverable has to itself, so that what is decoded of it hits its target.
    case ownMaster(deliverable: String)
    case file(deliverable: String)
    /// A file of a `split`: of a track or bus.
    case part(deliverable: String, node: String)
    case verdict(deliverable: String)
    case balance(String, version: String?)

    public var description: String {
      func words(_ parts: [String?]) -> String { parts.compactMap(\.self).joined(separator: " ") }
      return switch self {
      case .mix(let version, let isWritten): words(["mix", version, isWritten ? "as written" : nil])
      case .master(let owner, let version, let isWritten, let rate, let isMono):
        words([owner.path, version, isWritten ? "as written" : nil, "at \(rate) Hz", isMono ? "mono" : nil])
      case .ownMaster(let id): "deliverables.\(id) own master"
      case .file(let id): "deliverables.\(id) file"
      case .part(let id, let node): "deliverables.\(id) file of \(node)"
      case .verdict(let id): "deliverables.\(id) verdict"
      case .balance(let name, let version): words(["balance", name, version])
      }
    }
  }

  public var id: ID
  /// What it is made of; the mix is made of stems alone.
  public var needs: [ID]
  /// Of all that the result depends on: stems by their contents, settings, and the jobs that it needs.
  public var fingerprint: Fingerprint
}

/// All jobs of a run, in an order in which each comes after those that it needs.
struct JobPlan {
  private(set) var jobs: [Job] = []
  /// The fingerprint of each master group, by its place.
  private(set) var groups: [Fingerprint] = []
  private let plan: RenderPlan
  private let nodes: [Fingerprint]

  /// - Parameter contents: a hash of each stem's bytes, by its path.
  init(_ deliverer: Deliverer, _ plan: RenderPlan, _ orders: Orders, _ contents: [String: String]) {
    self.plan = plan
    nodes = plan.fingerprints(contents)
    for (place, mix) in orders.mixes.enumerated() where !mix.isOnlyMeasured {
      add(mix.id, [], ["node": nodes[plan.mixes[place].node], "length": plan.mixes[place].length])
    }
    for group in orders.groups { addGroup(group, deliverer, orders) }
    for split in orders.splits { addParts(split, deliverer, orders) }
    for balance in orders.balances {
      add(
        .balance(balance.name, version: balance.version), [],
        [
          "of": nodes[plan.mixes[balance.of].node], "over": nodes[plan.mixes[balance.over].node],
          "frames": balance.frames, "limits": balance.check,
        ])
    }
  }

  private mutating func add(_ id: Job.ID, _ needs: [Job.ID], _ facts: KeyValuePairs<String, Any?>) {
    var builder = FingerprintBuilder(plan.context)
    for (name, fact) in facts { builder.add(name, fact) }
    jobs.append(Job(id: id, needs: needs, fingerprint: builder.fingerprint))
  }

  private mutating func addGroup(_ group: Orders.MasterGroup, _ deliverer: Deliverer, _ orders: Orders) {
    let mix = orders.mixes[group.mix], end = group.master
    let owner = mix.masters[group.place].owner
    let id = Job.ID.master(
      owner, version: mix.version, isWritten: mix.isOriginal, rate: group.rate, isMono: group.isMono)
    // A musical fade lasts as long as the tempo says where it is.
    let hasMusicalFade = [end.fadeIn, end.fadeOut].contains { $0?.span.isMusical == true }
    add(
      id, [mix.id],
      [
        "mix": nodes[plan.mixes[group.mix].masters[group.place]], "start": [plan.firstFrame, plan.startFrame],
        // Where a mix ends may be decided by what is heard of it, or of the main mix.
        "length": plan.mixes[group.mix].length, "heard": nodes[plan.mixes[group.mix].node],
        "main length": plan.mixes[orders.lead].length, "main heard": nodes[plan.mixes[orders.lead].node],
        "rate": group.rate, "mono": group.isMono, "gain of": group.gainFrom.map { groups[$0] },
        "known gain": group.knownGain, "loudness": end.loudness, "mono loudness": end.monoLoudness,
        "clipper": end.clipper, "limiter": end.limiter, "fade in": end.fadeIn, "fade out": end.fadeOut,
        "tempo": hasMusicalFade ? mix.session.tempo : nil, "meter": hasMusicalFade ? mix.session.meter : nil,
      ])
    let fingerprint = jobs[jobs.count - 1].fingerprint
    groups.append(fingerprint)
    for (name, deliverable) in group.deliverables {
      var source = (id, fingerprint)
      if deliverer.isOwn(deliverable, end) {
        let own = self.own(fingerprint, deliverer.ownMaster(deliverable))
        jobs.append(Job(id: .ownMaster(deliverable: name), needs: [id], fingerprint: own))
        source = (.ownMaster(deliverable: name), own)
      }
      addFile(name, nil, deliverable, source, deliverer)
      var checks = deliverer.session.checks
      // A balance has a job of its own.
      checks.balance = Named()
      add(
        .verdict(deliverable: name), [.file(deliverable: name)],
        [
          "file": jobs[jobs.count - 1].fingerprint, "checks": [checks, end.checks, deliverable.checks],
        ])
    }
  }

  private mutating func addFile(
    _ id: String, _ node: String?, _ deliverable: Deliverable, _ source: (id: Job.ID, fingerprint: Fingerprint),
    _ deliverer: Deliverer
  ) {
    let name: Job.ID = node.map { .part(deliverable: id, node: $0) } ?? .file(deliverable: id)
    add(
      name, [source.id],
      [
        "source": source.fingerprint, "format": deliverable.encoding, "dither": deliverable.ditherInForce,
        // The noise of a file is named by its deliverable.
        "noise": deliverable.ditherInForce == .none ? nil : [id, node ?? "", String(deliverer.session.seed.value)],
        "pad": (deliverable.master ?? deliverer.session.master)?.pad, "tags": deliverer.resolved.metadata(of: id),
        "id3": deliverable.id3, "cover": deliverer.coverPath(of: id).flatMap { SHA256.text(ofFile: $0) },
      ])
  }

  private mutating func addParts(_ split: Orders.SplitOrder, _ deliverer: Deliverer, _ orders: Orders) {
    for part in plan.mixes[split.mix].parts[split.split] ?? [] {
      addFile(split.id, part.id, split.value, (orders.mixes[split.mix].id, nodes[part.node]), deliverer)
    }
  }

  /// The fingerprint of a lossy deliverable's own master.
  func own(_ group: Fingerprint, _ format: MasterMemory.EncodingKey) -> Fingerprint {
    var builder = FingerprintBuilder(plan.context)
    builder.add("master", group)
    builder.add("own", format)
    return builder.fingerprint
  }
}

extension Orders.Mix {
  var id: Job.ID { .mix(version: version, isWritten: isOriginal) }
}

extension Deliverer {
  /// All that a render would make, whole and without an audition, each with the fingerprint of what it depends on.
  /// - Returns: `nil` where a stem cannot be read.
  public func jobs() -> [Job]? {
    var orders = Orders(deliverables, of: source)
    orders.addBalances(resolved)
    let plan = RenderPlan(orders.requests())
    return contents(plan).map { JobPlan(self, plan, orders, $0).jobs }
  }

  /// A hash of the bytes of each stem in a plan, by its path; `nil` where one cannot be read.
  func contents(_ plan: RenderPlan) -> [String: String]? {
    let paths = Array(Set(plan.nodes.flatMap { $0.clips.map(\.stem.path) }))
    let hashes = options.cache.map { ContentHashes($0) }
    let found = Collected<String?>()
    forEachParallel(paths.count, workers: workers) { index in
      let path = paths[index]
      found.put(hashes.map { $0.hash(of: path) } ?? SHA256.text(ofFile: path), at: index)
    }
    var contents: [String: String] = [:]
    for (path, hash) in zip(paths, found.inOrder) {
      guard let hash else { return nil }
      contents[path] = hash
    }
    return contents
  }

  func coverPath(of id: String) -> String? {
    resolved.file(at: "deliverables.\(id).metadata.cover") ?? resolved.file(at: "metadata.cover")
  }
}
