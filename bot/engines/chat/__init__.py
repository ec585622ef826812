"""Any language model behind a LangChain chat model: loading, streaming, holding to a schema, reading what it says."""
