/// Every processor of edition 1. A new one is its file, and a line here.
public let standardCatalog: [ProcessorDeclaration] = [
  ProcessorDeclaration(GainProcessor.self),
  ProcessorDeclaration(EqualizerProcessor.self),
  ProcessorDeclaration(CompressorProcessor.self),
  ProcessorDeclaration(LimiterProcessor.self),
  ProcessorDeclaration(ClipperProcessor.self),
  ProcessorDeclaration(WidthProcessor.self),
  ProcessorDeclaration(DelayProcessor.self),
  ProcessorDeclaration(ReverbProcessor.self),
  ProcessorDeclaration(DCBlockProcessor.self),
]
